"""Reference E: a bare Django view that verifies an event of Stripe, reads it, inserts one row."""

import json

import stripe  # noqa: TID251 - the reference is the SDK itself
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.events import PATH, SECRET
from config import env


@csrf_exempt
def keep(request: HttpRequest) -> HttpResponse:
    body = request.body
    stripe.WebhookSignature.verify_header(body, request.headers["Stripe-Signature"], SECRET, 300)
    event = json.loads(body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event (event_id, type, body) VALUES (%s, %s, %s)",
            [event["id"], event["type"], json.dumps(event["data"])],
        )
    return HttpResponse(status=200)


urlpatterns = [path(PATH.lstrip("/"), keep)]
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost"],
    MIDDLEWARE=[],
    DATABASES={"default": env.database("DATABASE_URL", "")},
)
application = get_wsgi_application()
with connection.cursor() as made:
    made.execute(
        "CREATE TABLE IF NOT EXISTS event (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
        " event_id VARCHAR(255) NOT NULL UNIQUE,"
        " type VARCHAR(100) NOT NULL, body LONGTEXT NOT NULL)"
    )
connection.close()
