"""Below `/admin/`: the till."""

from django.urls import path

from commerce.staff import coupons, offers, order_views, people, people_views, revenue

app_name = "till"
urlpatterns = [
    path("offers/<int:pk>/archive/", offers.archive, name="offer_archive"),
    path("offers/<int:pk>/restore/", offers.restore, name="offer_restore"),
    path("coupons/batches/", coupons.batch, name="coupon_batch"),
    path("coupons/download/", coupons.download, name="coupon_download"),
    path("coupons/<int:pk>/disable/", coupons.disable, name="coupon_disable"),
    path("coupons/<int:pk>/enable/", coupons.enable, name="coupon_enable"),
    path("sales/revenue/", revenue.revenue, name="revenue"),
    path("sales/reconcile/", order_views.reconcile, name="reconcile"),
    path("sales/orders/<int:pk>/refund/", order_views.refund, name="refund"),
    path("sales/orders/<int:pk>/refund-whole/", order_views.refund_whole, name="refund_whole"),
    path("sales/orders/<int:pk>/accept/", order_views.accept, name="accept"),
    path("sales/orders/<int:pk>/set-aside/", order_views.set_aside, name="set_aside"),
    path("sales/orders/<int:pk>/refresh/", order_views.refresh, name="refresh"),
    path(
        "sales/orders/<int:pk>/end-subscription/",
        order_views.end_subscription,
        name="end_subscription",
    ),
    path("sales/invoices/<int:pk>.pdf", order_views.invoice, name="invoice"),
    path("sales/credit-notes/<int:pk>.pdf", order_views.credit_note, name="credit_note"),
    path("sales/events/<int:pk>/replay/", order_views.replay, name="replay"),
    path("people/", people.search, name="people"),
    path("people/list/", people_views.give_list, name="give_list"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/give/", people_views.give, name="give"),
    path("people/access/<int:pk>/move/", people_views.move_end, name="move_end"),
    path("people/access/<int:pk>/end/", people_views.end, name="end"),
]
