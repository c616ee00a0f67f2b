"""Doors for one's own machine. `urls.py` routes them only where DEBUG is on."""

from django.urls import path

from home import dev_mail, dev_sign_in

urlpatterns = [
    path("dev/mail/", dev_mail.mails, name="dev_mails"),
    path("dev/mail/<str:name>/", dev_mail.mail, name="dev_mail"),
    path("dev/sign-in/<int:user_id>/<str:token>/", dev_sign_in.sign_in, name="dev_sign_in"),
]
