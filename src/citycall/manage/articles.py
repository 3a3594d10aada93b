"""Articles: written as a text, looked at before they are saved, withdrawn, and their history."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from citycall.core import clock
from citycall.core.errors import Faults
from citycall.knowledge import actions as knowledge
from citycall.knowledge import markdown
from citycall.knowledge import queries as knowledge_queries
from citycall.knowledge.models import Article
from citycall.knowledge.specs import ArticleSpec
from citycall.manage import texts
from citycall.manage.documents import LONGEST, DocumentAdmin
from citycall.manage.records import each
from citycall.manage.site import is_administrator, site, who
from citycall.manage.texts import Kind

MOST_AT_ONCE = 100


@admin.register(Article, site=site)
class ArticleAdmin(DocumentAdmin):
    """What residents and call-takers read."""

    kind = Kind(
        spec=ArticleSpec, spec_of=knowledge_queries.article_spec, save=knowledge.save_article
    )
    kind_name = knowledge_queries.ARTICLE
    list_display = ("title", "code", "kind", "language", "checked_on", "published")
    list_filter = ("published", "kind", "language")
    search_fields = ("title", "code", "searchable")
    search_help_text = _("A word of the article, or its code")
    ordering = ("title", "code")
    actions = ("withdraw",)
    change_form_template = "manage/article_form.html"

    def get_urls(self) -> list[URLPattern]:
        """The preview beside Django's own pages."""
        preview = self.admin_site.admin_view(require_POST(self.preview))
        return [path("preview/", preview, name="knowledge_article_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The article as it would look, with nothing saved; or what is wrong with its text."""
        if not is_administrator(request):
            raise PermissionDenied
        text = request.POST.get("document", "")[:LONGEST].replace("\r\n", "\n")
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        try:
            spec = texts.load(self.kind, text)
        except Faults as error:
            faults = [f"{place}: {sentence}" for place, sentence in error.faults.items()]
            return self._previewed(request, {**context, "faults": faults}, status=422)
        assert isinstance(spec, ArticleSpec)
        shown = {"article": spec, "body": markdown.html(spec.body)}
        return self._previewed(request, {**context, **shown}, status=200)

    def _previewed(
        self, request: HttpRequest, context: dict[str, Any], *, status: int
    ) -> HttpResponse:
        context["title"] = _now("Preview: nothing is saved")
        return TemplateResponse(request, "manage/article_preview.html", context, status=status)

    @admin.action(description=_("Withdraw the chosen articles"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Article]) -> None:
        """Show each chosen article no longer."""
        by, at = who(request), clock.now()
        each(
            request,
            chosen[:MOST_AT_ONCE],
            lambda row: knowledge.withdraw_article(code=row.code, by=by, at=at),
            _now("Withdrawn: %(what)s"),
        )
