"""What Support does to orders and to what Stripe told."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.log_actions import log

from commerce.invoice_pdf import as_response
from commerce.models import CreditNote, Invoice, Line, Order, Payment, StripeEvent
from commerce.services import events, fulfilment, reconciliation, refunds, resolving, subscriptions
from commerce.services.resolving import CannotResolve
from commerce.services.subscriptions import NotRunning
from commerce.staff import doors, steps
from commerce.staff.listings import order_url
from commerce.staff.steps import Act, NoteForm
from commerce.stripe_account import UNREACHABLE
from core import clock, money
from core.money import Money

READS_AND_WRITES = require_http_methods(["GET", "HEAD", "POST"])
WHOLE = ""


class RefundForm(forms.Form):
    """How much of a payment goes back, for which line, and whether access ends."""

    line = forms.ChoiceField(label=_("For"), required=False)
    amount = forms.CharField(
        label=_("Amount"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    ends_access = forms.BooleanField(
        label=_("Access ends"), required=False, initial=True,
        help_text=_("To the courses of this line, or of the whole order. When all that was paid "
                    "last has gone back, access ends in any case."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the refund; buyers do not see it."),
    )  # fmt: skip
    told = forms.CharField(
        label=_("What the buyer reads"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands on the credit note and in the mail; it may be empty."),
    )  # fmt: skip
    left = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    payment = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, paid: Payment, lines: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paid, self.lines = paid, {str(line.pk): line for line in lines}
        left = refunds.left(paid)
        self.initial.update(
            {
                "left": left.amount_minor,
                "payment": paid.pk,
                "amount": money.plain(left.amount_minor, left.currency),
            }
        )
        self.fields["amount"].help_text = _t("In %(currency)s; %(left)s is left.") % {
            "currency": paid.currency, "left": left,
        }  # fmt: skip
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            (WHOLE, _t("The order as a whole")),
            *((key, self._said(line)) for key, line in self.lines.items()),
        ]

    def _said(self, line: Line) -> str:
        left = resolving.left_of_line(self.paid, line)
        return _t("%(line)s (%(left)s left)") % {"line": line, "left": left}

    def clean_amount(self) -> int:
        try:
            amount = money.parse(self.cleaned_data["amount"], self.paid.currency)
        except money.NoAmount:
            raise forms.ValidationError(
                _t("Not an amount in %(currency)s.") % {"currency": self.paid.currency}
            ) from None
        if not amount:
            raise forms.ValidationError(_t("Please enter an amount above zero."))
        return amount

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["line"] = line = self.lines.get(data.get("line", WHOLE))
        left = resolving.left_of_line(self.paid, line) if line else refunds.left(self.paid)
        if data.get("amount", 0) > left.amount_minor:
            self.add_error("amount", _t("No more than %(left)s is left.") % {"left": left})
        return data


def _order(pk: int) -> Order:
    return get_object_or_404(Order.objects.select_related("user"), pk=pk)


def _fate(ends: bool, subscribed: bool) -> str:
    """What a refund does to access, and to a subscription."""
    if not subscribed:
        return _t("Access ends.") if ends else _t("Access stays.")
    if ends:
        return _t("Access ends, and the subscription with it.")
    return _t("Access stays, and the subscription goes on until it is ended.")


def _trail(order: Order) -> list[tuple[str, str]]:
    return [
        (reverse("commerce_order_modeladmin_index"), _t("Orders")),
        (order_url(order), order.number),
    ]


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.REFUND)
def refund(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Money back, in full or in part."""
    order = _order(pk)
    payments = list(order.payments.order_by("at", "pk"))
    if not payments:
        raise Http404
    wanted = request.POST.get("payment") or request.GET.get("payment", "")
    left = [one for one in payments if refunds.left(one).amount_minor]
    usual = (left or payments)[-1]
    paid = next((one for one in payments if str(one.pk) == wanted), usual)
    lines = list(order.lines.all())
    form = RefundForm(request.POST or None, paid=paid, lines=lines)
    by: Any = request.user
    subscribed = any(line.kind == line.offer.Kind.SUBSCRIPTION for line in lines)

    def words(data: dict[str, Any]) -> list[str]:
        amount = Money(data["amount"], paid.currency)
        rest = refunds.left(paid) - amount
        ends = data["ends_access"] or (not rest.amount_minor and paid == payments[-1])
        return [
            _t("%(amount)s goes back to %(buyer)s, by the way it was paid.")
            % {"amount": amount, "buyer": order.user.email},
            _t("For: %(line)s.") % {"line": data["line"] or _t("the order as a whole")},
            _fate(ends, subscribed),
            _t("%(rest)s of this payment is left afterwards.") % {"rest": rest},
            _t("Why: %(reason)s") % {"reason": data["reason"]},
            _t("A credit note is made. The buyer reads: %(told)s") % {"told": data["told"] or "–"},
        ]  # fmt: skip

    def do(data: dict[str, Any]) -> None:
        resolving.refund(
            payment=paid, line=data["line"], amount_minor=data["amount"], left_minor=data["left"],
            reason=data["reason"], ends_access=data["ends_access"], by=by, told=data["told"],
        )  # fmt: skip

    lead = _t("%(paid)s came in, %(left)s is left. What goes back cannot be fetched again.") % {
        "paid": paid.money, "left": refunds.left(paid),
    }  # fmt: skip
    return steps.take(
        request,
        Act(_t("Give money back"), form, words, do, _t("The money is on its way back."),
            order_url(order), _trail(order), lead, danger=True, icon="tag"),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RESOLVE)
def accept(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A held order is paid after all."""
    order = _order(pk)
    by: Any = request.user
    return steps.take(
        request,
        Act(
            _t("Accept the payment"), NoteForm(request.POST or None),
            lambda data: [
                _t("What was wrong: %(note)s.") % {"note": order.attention_note or "–"},
                _t("The order counts as paid, and %(buyer)s gets what was ordered.")
                % {"buyer": order.user.email},
                _t("Why: %(reason)s") % {"reason": data["note"]},
            ],
            lambda data: resolving.accept(order=order, note=data["note"], by=by),
            _t("Accepted: the courses are open."), order_url(order), _trail(order),
            _t("The order is held because what was paid is not what was ordered."), icon="check",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RESOLVE, doors.REFUND)
def refund_whole(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All that is left goes back, and nobody need look any more."""
    order = _order(pk)
    by: Any = request.user
    left = ", ".join(str(refunds.left(one)) for one in order.payments.all()) or "–"
    return steps.take(
        request,
        Act(
            _t("Give all money back"), NoteForm(request.POST or None),
            lambda data: [
                _t("%(amount)s goes back to %(buyer)s, by the way it was paid.")
                % {"amount": left, "buyer": order.user.email},
                _t("Access by this order ends."),
                _t("Why: %(reason)s") % {"reason": data["note"]},
            ],
            lambda data: resolving.refund_whole(order=order, note=data["note"], by=by),
            _t("The money is on its way back."), order_url(order), _trail(order),
            _t("%(left)s is left of this order.") % {"left": left}, danger=True, icon="tag",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RESOLVE)
def set_aside(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Nobody need look at the order any more."""
    order = _order(pk)
    by: Any = request.user
    return steps.take(
        request,
        Act(
            _t("Leave it as it is"), NoteForm(request.POST or None),
            lambda data: [
                _t("The order stays paid, with the access that it gives."),
                _t("It is taken from the list of those that need a person."),
                _t("Why: %(reason)s") % {"reason": data["note"]},
            ],
            lambda data: resolving.set_aside(order=order, note=data["note"], by=by),
            _t("Nobody need look at it any more."), order_url(order), _trail(order),
            order.get_attention_display(), icon="check",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RECONCILE)
def refresh(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring an order in line with what Stripe says now."""
    order = _order(pk)

    def do(data: dict[str, Any]) -> None:
        found = fulfilment.refresh(order, whole=True)
        said = f"{order.get_state_display()} → {found.get_state_display()}"
        log(instance=order, action="commerce.refresh", user=request.user, data={"said": said})

    return steps.take(
        request,
        Act(
            _t("Ask Stripe again"), forms.Form(request.POST or None),
            lambda data: [_t("The order is brought in line with what Stripe says now.")],
            do, _t("Done: this is how Stripe has it."), order_url(order), _trail(order),
            _t("Harmless at any time. It also happens by itself, when Stripe tells something and "
               "every few minutes while money is on its way."),
            icon="rotate",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RESOLVE)
def end_subscription(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have a subscription end with what is paid."""
    order = _order(pk)

    def do(data: dict[str, Any]) -> None:
        try:
            subscriptions.cancel(order)
        except NotRunning:
            raise CannotResolve(_t("There is no subscription that runs.")) from None
        said = {"said": data["note"]}
        log(instance=order, action="commerce.end_subscription", user=request.user, data=said)

    return steps.take(
        request,
        Act(
            _t("End the subscription"),
            NoteForm(request.POST or None),
            lambda data: [
                _t("Nothing more is taken from %(buyer)s.") % {"buyer": order.user.email},
                _t("What is paid stays open until its end; money back is a step of its own."),
                _t("Why: %(reason)s") % {"reason": data["note"]},
            ],
            do,
            _t("It ends with what is paid."),
            order_url(order),
            _trail(order),
            danger=True,
            icon="cross",
        ),
    )


@READS_AND_WRITES
@doors.needs("commerce.view_stripeevent", doors.RECONCILE)
def replay(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Work on an event once more."""
    event = get_object_or_404(StripeEvent, pk=pk)
    back = reverse("commerce_stripeevent_modeladmin_inspect", args=[pk])

    def do(data: dict[str, Any]) -> None:
        events.replay(event)
        log(instance=event, action="commerce.replay", user=request.user)

    return steps.take(
        request,
        Act(
            _t("Work on it again"), forms.Form(request.POST or None),
            lambda data: [_t("The event is worked on once more, within a minute.")],
            do, _t("It will be worked on again."), back,
            [(reverse("commerce_stripeevent_modeladmin_index"), _t("Stripe events")),
             (back, event.type)],
            _t("Harmless at any time: what counts is asked of Stripe, not read from the event."),
            icon="rotate",
        ),
    )  # fmt: skip


class PeriodForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("How far back"), coerce=int, initial=7,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(doors.VIEW_ORDERS, doors.RECONCILE)
def reconcile(request: HttpRequest) -> HttpResponseBase:
    """Stripe, orders and access compared now; what was found is shown."""
    form = PeriodForm(request.POST or None)
    report = None
    if request.method == "POST" and form.is_valid():
        since = clock.now() - timedelta(days=form.cleaned_data["days"])
        try:
            report = reconciliation.run(since=since)
        except UNREACHABLE:
            form.add_error(
                None, _t("Stripe does not answer as it should. Please try again in a while.")
            )
    return doors.show(
        request, "reconcile", _t("Compare with Stripe"), icon="rotate", form=form, report=report
    )


@require_safe
@doors.needs(doors.VIEW_ORDERS)
def invoice(request: HttpRequest, pk: int) -> HttpResponseBase:
    return as_response(get_object_or_404(Invoice, pk=pk))


@require_safe
@doors.needs(doors.VIEW_ORDERS)
def credit_note(request: HttpRequest, pk: int) -> HttpResponseBase:
    return as_response(get_object_or_404(CreditNote, pk=pk))
