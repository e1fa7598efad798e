from django.middleware.gzip import GZipMiddleware
from server import settings, get_wsgi_application

settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware"]
app = get_wsgi_application()
