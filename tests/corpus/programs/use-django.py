"""Models on sqlite, a view, a template and a test client."""
import django
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path

settings.configure(
    DEBUG=True, SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.test import Client  # noqa: E402


def users(request):
    return JsonResponse({"users": list(User.objects.values_list("username", flat=True))})


def page(request):
    return HttpResponse(Template("{% for x in items %}{{ x|upper }} {% endfor %}").render(Context({"items": ["a", "b"]})))


urlpatterns = [path("users/", users), path("", page)]
call_command("migrate", verbosity=0)
User.objects.create_user("ann", "ann@example.org", "secret")
client = Client()
print(client.get("/users/").json(), client.get("/").content, client.get("/none").status_code)
print(client.login(username="ann", password="secret") if False else User.objects.get().check_password("secret"))
