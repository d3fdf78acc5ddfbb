"""Import of the public Online Retail file: the invoices of a British gift shop.

Chen, Sain and Guo, "Data mining for the online retail industry", Journal of Database Marketing
and Customer Strategy Management 19 (2012), describe the data; docs/importing.md says what becomes
of each line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from analytics.imports.online_retail import stored
from analytics.imports.online_retail.cancellations import Matches, match
from analytics.imports.online_retail.lines import (
    COLUMNS,
    DETAILS,
    Reason,
    is_cancellation,
    parse,
    refusals,
)
from analytics.imports.online_retail.prices import history
from analytics.imports.online_retail.writing import CURRENCY, Writer
from analytics.imports.report import ImportSummary, RejectionReport
from analytics.imports.spreadsheet import read_table
from analytics.imports.target import claim
from analytics.progress import Progress, silent
from analytics.store import Store, catalogue
from analytics.store.models import Shop
from analytics.store.states import OrderStatus

SOURCE: Final = "online-retail"


def import_online_retail(
    store: Store,
    path: Path,
    report: Path,
    progress: Progress = silent,
    *,
    replace: bool = False,
) -> ImportSummary:
    """Bring an Online Retail file into the store, in one transaction; what it knows, it keeps.

    Time is linear in the rows of the file and of the store; both stand in memory at once.

    Args:
        store: migrated.
        path: a CSV, XLSX or Parquet file with the columns of Online Retail or Online Retail II.
        report: where to write the refused lines.
        replace: empty the store first, whatever shop it holds.

    Raises:
        InvalidFile: the file cannot be used, the report not be written, or the store holds another
            shop; nothing has changed then.
        StoreUnavailable: the database does not answer, or another import runs.
    """
    raw = read_table(path, COLUMNS, progress)
    progress("checking", 0, len(raw))
    lines = parse(raw)
    with store.transaction() as session, RejectionReport(report) as rejections:
        claim(
            session, Shop(name="Online Retail", currency=CURRENCY, source=SOURCE), replace=replace
        )
        writer = Writer(session, progress)
        unmatched = _write(lines[lines["reason"].isna()], writer)
        lines.loc[unmatched, "reason"] = Reason.CANCELLATION_WITHOUT_ORDER.value
        for file, line, reason, row in refusals(raw, lines["reason"]):
            rejections.add(file, line, reason, DETAILS[Reason(reason)], row)
        catalogue.reindex(session)
    kept = lines["reason"].isna() & ~is_cancellation(lines["order_id"])
    return ImportSummary(
        source=SOURCE,
        read=len(lines),
        rejected=dict(rejections.counts),
        anonymous=int((kept & lines["customer_id"].isna()).sum()),
        added=dict(+writer.added),
        changed=dict(+writer.changed),
        report=report,
    )


def _write(good: pd.DataFrame, writer: Writer) -> list[int]:
    """Write what is new in the `good` lines; return the cancellations that have no order."""
    cancels = is_cancellation(good["order_id"])
    sales = good[~cancels].astype({"quantity": "int64"})
    # A few invoices span two minutes; an order has one time.
    sales["at"] = sales.groupby("order_id")["at"].transform("min")
    before = stored.order_lines(writer.session)
    lacking = stored.missing(sales, before)
    lines = pd.concat([before, lacking], ignore_index=True) if len(before) else lacking
    lines = lines.reset_index(drop=True)
    matches = match(lines, good[cancels], stored.applied_cancellations(writer.session))
    taken = pd.Series(matches.returned, dtype="int64")
    lines["returned"] += taken.reindex(lines.index, fill_value=0)
    new, old = lines.iloc[len(before) :], lines.iloc[: len(before)]

    cancelled = _wholly_returned(lines, matches)
    prices = history(lines[lines["sku"].isin(new["sku"])])
    writer.customers(new)
    writer.products(sales, prices)
    writer.price_history(prices)
    writer.orders(new, dict.fromkeys(cancelled, OrderStatus.CANCELLED.value))
    writer.returns(old[old.index.isin(taken.index)])
    writer.order_events(_events(lines, matches, cancelled))
    return matches.unmatched


def _wholly_returned(lines: pd.DataFrame, matches: Matches) -> set[str]:
    """Return the orders of `matches` of which nothing is left."""
    touched = lines[lines["order_id"].isin([order_id for order_id, _ in matches.steps])]
    kept = touched.loc[touched["returned"] < touched["quantity"], "order_id"]
    return set(touched["order_id"]) - set(kept)


def _events(lines: pd.DataFrame, matches: Matches, cancelled: set[str]) -> pd.DataFrame:
    """Return an order event for each step of `matches`; the last of a whole order cancels it."""
    steps = pd.DataFrame(matches.steps, columns=["order_id", "at"])
    last = ~steps.duplicated("order_id", keep="last") & steps["order_id"].isin(cancelled)
    customers = lines.drop_duplicates("order_id").set_index("order_id")["customer_id"]
    return steps.assign(
        status=last.map({True: OrderStatus.CANCELLED.value, False: OrderStatus.RETURNED.value}),
        actor="customer:" + steps["order_id"].map(customers).astype(str),
    )
