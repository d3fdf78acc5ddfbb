"""The command line, `salesclerk`. Each command imports what it needs, so that `--help` is quick."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from analytics.commands import evaluation, faq, privacy, questions, report, webhooks
from analytics.commands.console import (
    Json,
    errors,
    flat,
    open_store,
    progress_bars,
    show,
    text_table,
)
from analytics.errors import SalesclerkError
from analytics.privacy import masking
from analytics.settings import Settings

app = typer.Typer(
    help="Salesclerk: the shop's data, models and tokens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(help="Bring a shop's own data in.", no_args_is_help=True)
app.add_typer(imports, name="import")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(faq.app, name="faq")
app.add_typer(questions.app, name="questions")
app.add_typer(report.app, name="report")
app.add_typer(privacy.app, name="privacy")
evaluate = typer.Typer(help="Measure the models, or the bot.", invoke_without_command=True)
app.add_typer(evaluate, name="evaluate")
evaluate.command("recommend")(evaluation.recommend)

Replace = Annotated[bool, typer.Option("--replace", help="Drop the shop that is there first.")]
TOKEN_LIFETIME: Final = timedelta(hours=12)
ROWS_SHOWN: Final = 20


def main() -> None:
    """Run the command line: exit code 1 for an error of ours, 2 for wrong usage."""
    masking.install()
    try:
        app()
    except SalesclerkError as error:
        errors.print(f"[bold red]Error:[/] {error}", highlight=False)
        sys.exit(1)


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed makes the same shop.")] = 7,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day of its story; yesterday without."),
    ] = None,
    if_empty: Annotated[bool, typer.Option(help="Do nothing where there is a shop.")] = False,
    as_json: Json = False,
) -> None:
    """Make the demo shop: products, customers, 18 months of orders, and the truth behind them.

    Example: salesclerk demo --seed 7 --until 2026-10-31
    """
    from analytics.demo import make_shop
    from analytics.store import catalogue

    settings = Settings.from_environment()
    store = open_store(settings)
    if if_empty:
        with store.reading() as session:
            if catalogue.shop(session) is not None:
                return
    last = (until or datetime.now(UTC) - timedelta(days=1)).date()
    with progress_bars() as progress:
        summary = make_shop(store, settings.home / "truth", seed, progress, until=last)
    _write_personas(settings)
    show([dataclasses.asdict(summary)], as_json)


@imports.command("online-retail")
def import_online_retail(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or Parquet.")],
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Import sales in the layout of the UCI Online Retail file; twice changes nothing.

    Example: salesclerk import online-retail online_retail.xlsx
    """
    from analytics.imports import import_online_retail

    _import(import_online_retail, file, replace, as_json)


@imports.command("csv")
def import_csv(
    folder: Annotated[Path, typer.Argument(help="One CSV file a table; see docs/importing.md.")],
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Import a folder of CSV files, one a table; twice changes nothing.

    Example: salesclerk import csv my-shop/
    """
    from analytics.imports import import_csv

    _import(import_csv, folder, replace, as_json)


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even when nothing changed.")] = False,
    as_json: Json = False,
) -> None:
    """Train the models on the shop's data and publish them as a new version.

    Example: salesclerk train
    """
    from analytics.training import train

    settings = Settings.from_environment()
    with progress_bars() as progress:
        version = train(open_store(settings), settings, progress, force=force)
    show([{"version": version, "folder": str(settings.artifacts / version)}], as_json)


@app.command()
def token(
    customer: Annotated[str | None, typer.Option(help="A customer's id.")] = None,
    guest: Annotated[bool, typer.Option("--guest", help="Somebody unknown.")] = False,
    agent: Annotated[str | None, typer.Option(help="An agent's id.")] = None,
    hours: Annotated[float, typer.Option(help="How long it is valid.", min=0.01)] = 12,
    as_json: Json = False,
) -> None:
    """Print a token that opens a conversation.

    Example: salesclerk token --customer C00042
    """
    import secrets

    from analytics.identity import Role, Speaker, issue_token

    if sum((customer is not None, guest, agent is not None)) != 1:
        raise typer.BadParameter("name exactly one of --customer, --guest, --agent")
    if customer is not None:
        speaker = Speaker(f"customer:{customer}", Role.SHOPPER, customer)
    elif agent is not None:
        speaker = Speaker(f"agent:{agent}", Role.AGENT)
    else:
        speaker = Speaker(f"guest:{secrets.token_hex(8)}", Role.SHOPPER)
    keys = Settings.from_environment().secrets
    text = issue_token(speaker, keys, timedelta(hours=hours))
    print(json.dumps({"token": text}) if as_json else text)  # noqa: T201


@app.command()
def recommend(
    customer: Annotated[str, typer.Argument(help="A customer's id.")],
    n: Annotated[int, typer.Option("-n", help="How many.", min=1)] = 10,
    as_json: Json = False,
) -> None:
    """Print what to recommend to a customer, and why.

    Example: salesclerk recommend C00042 -n 5
    """
    from analytics.recommend.policy import load_recommend_policy
    from analytics.store import customers
    from analytics.store.models import Purpose
    from analytics.suggestions import Wish, suggest

    settings = Settings.from_environment()
    policy = load_recommend_policy(settings.policies / "recommend.yml")
    models = _models(settings)
    with open_store(settings).reading() as session:
        found = customers.get(session, customer)
        known = _allows(settings, session, found.id, Purpose.PERSONALISATION)
        wish = Wish(customer_id=found.id if known else None)
        suggestions = suggest(session, models.recommender, policy, wish, n)
    rows = [
        {
            "rank": rank,
            "item_id": one.product.id,
            "title": one.product.title_en,
            "reason": one.reason and " ".join([one.reason.kind, *one.reason.item_ids]),
            "rung": one.rung.value,
            "score": round(one.score, 4),
        }
        for rank, one in enumerate(suggestions, start=1)
    ]
    show(rows, as_json)


@app.command()
def segment(
    customer: Annotated[str | None, typer.Argument(help="A customer's id; all without.")] = None,
    as_json: Json = False,
) -> None:
    """Print a customer's segment, or what the segments are.

    Example: salesclerk segment C00042
    """
    from analytics.errors import NoConsent
    from analytics.store.models import Purpose

    settings = Settings.from_environment()
    models = _models(settings)
    if customer is None:
        show(models.segments.describe().to_dict("records"), as_json)
    else:
        with open_store(settings).reading() as session:
            if not _allows(settings, session, customer, Purpose.ANALYTICS):
                raise NoConsent(customer, Purpose.ANALYTICS)
        show([dataclasses.asdict(models.segments.of(customer))], as_json)


@app.command()
def quote(
    sku: Annotated[str, typer.Argument(help="A SKU or product id.")],
    quantity: Annotated[int, typer.Argument(help="How many.")],
    customer: Annotated[str | None, typer.Option(help="For a customer's own discount.")] = None,
    as_json: Json = False,
) -> None:
    """Print a quote by the pricing policy, without keeping it.

    Example: salesclerk quote LAMP-012-RED 200
    """
    from analytics import pricing
    from analytics.store import catalogue
    from analytics.store.models import Purpose

    settings = Settings.from_environment()
    desk = pricing.QuoteDesk(pricing.load_policy(settings.policies / "pricing.yml"))
    with open_store(settings).reading() as session:
        known = customer and _allows(settings, session, customer, Purpose.ANALYTICS)
        group = _models(settings).segments.of(customer).segment if known else None
        variant = catalogue.variant_for(catalogue.resolve(session, sku), sku)
    item = pricing.QuoteItem(variant.sku, quantity, variant.list_price, variant.cost)
    request = pricing.QuoteRequest([item], variant.currency, group, settings.now())
    offer = desk.quote(request)
    (line,) = offer.lines
    shown = {
        "sku": line.sku,
        "quantity": line.quantity,
        "list_price": line.list_price,
        "unit_price": line.unit_price,
        "discount": line.discount_rate,
        "net": offer.net,
        "tax": offer.tax,
        "total": offer.total,
        "currency": offer.currency,
        "valid_until": offer.valid_until.date(),
        "needs_approval": offer.needs_approval,
    }
    show([shown], as_json)


@app.command()
def forecast(
    item: Annotated[str, typer.Argument(help="A product id.")],
    plot: Annotated[Path | None, typer.Option(help="Write the chart to this PNG file.")] = None,
    as_json: Json = False,
) -> None:
    """Print the demand forecast of a product.

    Example: salesclerk forecast LAMP-012 --plot lamp.png
    """
    from analytics import forecast as forecasting

    found = _models(Settings.from_environment()).forecasts.of(item.upper())
    if plot is not None:
        labels = forecasting.PlotLabels(demand="units", history="sold", forecast="expected")
        plot.write_bytes(forecasting.plot(found, item.upper(), labels))
    show(found.forecast.to_dict("records"), as_json)


@evaluate.callback()
def evaluate_models(context: typer.Context, as_json: Json = False) -> None:
    """Print the published models' measures beside their baselines', or measure anew.

    Example: salesclerk evaluate
    """
    from analytics import artifacts

    if context.invoked_subcommand is not None:
        return
    manifest = artifacts.current(Settings.from_environment().artifacts).manifest
    rows = [
        {"model": model, "measure": measure, "value": value}
        for model, measures in manifest["metrics"].items()
        for measure, value in flat(measures)
    ]
    show(rows, as_json)


@evaluate.command("nlu")
def evaluate_nlu(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the public sets, bitext_customer_service and banking77_train.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the report; reports/nlu in the home without.", file_okay=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure how well the bot understands, on sentences that it has not seen; takes minutes.

    Example: salesclerk evaluate nlu --data public-sets/
    """
    from analytics import understanding

    folder = output or Settings.from_environment().home / "reports" / "nlu"
    with progress_bars() as progress:
        report = understanding.evaluate(data, folder, progress)
    if as_json:
        print(json.dumps(report["measures"], ensure_ascii=False))  # noqa: T201
        return
    console = Console()
    for text in report["tables"]:
        console.print(text_table(text))
    for name in report["measures"]["left_out"]:
        console.print(f"Left out, as --data has no such file: {name}", highlight=False)
    console.print(f"The whole report: {folder / 'report.html'}", highlight=False, soft_wrap=True)


def _import(importer: Callable[..., Any], source: Path, replace: bool, as_json: bool) -> None:
    settings = Settings.from_environment()
    report = settings.home / "import-report.csv"
    with progress_bars() as progress:
        summary = importer(open_store(settings), source, report, progress=progress, replace=replace)
    _write_personas(settings)
    show([dataclasses.asdict(summary)], as_json)


def _allows(settings: Settings, session: Any, customer_id: str, purpose: Any) -> bool:
    """Return whether a customer's data may be used for a purpose."""
    from analytics.privacy.policy import load_privacy_policy
    from analytics.store import consents

    default = load_privacy_policy(settings.policies / "privacy.yml").consent.of(purpose)
    return consents.granted(session, customer_id, purpose, default=default)


def _models(settings: Settings) -> Any:
    from analytics import artifacts
    from analytics.serving import Models

    return Models.load(artifacts.current(settings.artifacts).folder)


def _write_personas(settings: Settings) -> None:
    """Write who one can be on the demo's chat page, beside the shop."""
    from analytics.demo import personas
    from analytics.store import catalogue

    with open_store(settings).reading() as session:
        shop = catalogue.shop(session)
        found = [
            {
                "id": f"customer:{persona.customer_id}",
                "role": "shopper",
                "name": persona.name,
                "kind": persona.description,
                "customer_id": persona.customer_id,
            }
            for persona in personas(session)
        ]
    nobody = {"name": None, "customer_id": None}
    document = {
        "environment": settings.environment,
        "shop": {"name": shop.name, "currency": shop.currency} if shop else None,
        "personas": [
            {"id": "guest", "role": "shopper", "kind": "guest", **nobody},
            *found,
            {"id": "agent:demo", "role": "agent", "kind": "agent", **nobody},
        ],
    }
    path = settings.home / "personas.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
