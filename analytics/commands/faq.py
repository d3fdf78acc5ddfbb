"""`salesclerk faq`: the articles that the assistant answers from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from analytics.commands.console import Json, errors, show
from analytics.settings import Settings

app = typer.Typer(help="The articles that the bot answers from.", no_args_is_help=True)


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


SHOWN: Final = ("article", "told in", "chance", "needed", "answers")
"What fits a terminal, titles being long; --json has the rest."


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="As a customer would ask it.")],
    intent: Annotated[
        str | None, typer.Option(help="The request that the bot understood, if any.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Chinese where it has Chinese characters, without.")
    ] = None,
    n: Annotated[int, typer.Option("-n", help="How many articles to show.", min=1)] = 5,
    as_json: Json = False,
) -> None:
    """Show which articles answer a question, how surely, and what the bot would say.

    Example: salesclerk faq ask "do you ship to Norway?"
    """
    from analytics.faq import Faq
    from analytics.faq.words import is_chinese

    settings = Settings.from_environment()
    spoken = language or (Language.ZH if is_chinese(question) else Language.EN)
    faq = Faq(settings.policies / "faq.yml", vectors=settings.cache / "faq.npz")
    answer = faq.answer(question, spoken, intent)
    rows: list[dict[str, Any]] = [
        {
            "article": hit.article.id,
            "title": hit.article.question.of(spoken),
            "told in": hit.article.told_in(spoken),
            "chance": round(hit.chance, 3),
            "needed": hit.needed,
            "nearness": round(hit.nearness, 3),
            "words": round(hit.words, 3),
            "answers": hit.article is answer.article,
        }
        for hit in answer.hits[:n]
    ]
    if as_json:
        show(rows, as_json)
        return
    show([{name: row[name] for name in SHOWN} for row in rows], as_json)
    said = answer.article.answer.of(spoken) if answer.article else "I don't know that."
    errors.print(f"{said}\n({answer.why})", highlight=False, markup=False)


@app.command()
def check(as_json: Json = False) -> None:
    """Check the shop's file of articles: every wrong article is named with its line.

    Example: salesclerk faq check
    """
    from analytics.faq import load_articles
    from analytics.faq.articles import EMBEDDED, LANGUAGES

    path = Settings.from_environment().policies / "faq.yml"
    articles = load_articles(path)
    found: dict[str, Any] = {
        "file": str(path if path.exists() else EMBEDDED),
        "articles": len(articles),
    }
    for language in LANGUAGES:
        found[f"only in {language}"] = sum(one.answer.languages == [language] for one in articles)
        found[f"wordings in {language}"] = sum(len(one.wordings(language)) for one in articles)
    show([found], as_json)
