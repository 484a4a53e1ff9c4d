"""The buyer's pages, and the door where Stripe knocks."""

from django.urls import path

from commerce import views, webhook

app_name = "commerce"
urlpatterns = [
    path("webhooks/stripe/", webhook.webhook, name="webhook"),
    path("offers/<int:offer>/", views.offer, name="offer"),
    path("cart/", views.cart, name="cart"),
    path("cart/add/<int:offer>/", views.add, name="add"),
    path("cart/remove/<int:offer>/", views.remove, name="remove"),
    path("cart/code/", views.code, name="code"),
    path("cart/currency/", views.currency, name="currency"),
    path("checkout/", views.checkout, name="checkout"),
    path("checkout/done/", views.done, name="done"),
    path("checkout/cancelled/", views.cancelled, name="cancelled"),
    path("orders/", views.purchases, name="orders"),
    path("orders/<str:number>/", views.order, name="order"),
    path("orders/<str:number>/state/", views.state, name="state"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/again/", views.again, name="again"),
    path("orders/<str:number>/subscription/cancel/", views.unsubscribe, name="unsubscribe"),
    path("orders/<str:number>/subscription/card/", views.billing, name="billing"),
    path("orders/<str:number>/invoices/<str:invoice>.pdf", views.invoice, name="invoice"),
    path("orders/<str:number>/credit-notes/<str:note>.pdf", views.credit_note, name="credit_note"),
]
