"""Forecasts: how much of a product will be bought."""

from __future__ import annotations

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import periods
from actions.base import AGENTS, GuardedAction
from actions.catalog import answered, asked_product
from actions.turn import Turn
from analytics.forecast import ItemForecast
from analytics.store import catalogue


class ActionDemandForecast(GuardedAction):
    """Tell an agent the coming weeks' demand for a product, with its interval and a chart.

    Of a period that the message names, the weeks that are forecast are told.
    """

    action_name = "action_demand_forecast"
    roles = AGENTS

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        product = asked_product(turn, session)
        forecast = _asked(turn, turn.services.models.forecasts.of(product.id))
        title = catalogue.title(product, turn.language)
        table = forecast.forecast
        turn.say(
            "utter_forecast" if len(table) > 1 else "utter_forecast_one",
            product=title,
            sku=product.id,
            periods=turn.texts.number(len(table)),
            since=turn.texts.date(table["ds"].iloc[0]),
            expected=turn.texts.number(table["mean"].sum()),
            first=turn.texts.number(table["mean"].iloc[0]),
            low=turn.texts.number(table["lo-80"].iloc[0]),
            high=turn.texts.number(table["hi-80"].iloc[0]),
        )
        turn.show(forecast.to_custom(title))
        return answered(product)


def _asked(turn: Turn, forecast: ItemForecast) -> ItemForecast:
    """Return the part of the forecast that the message asks for; say where it reaches less far."""
    days = periods.ahead(turn, forecast.starts)
    if days is None:
        return forecast
    part = forecast.during(*days)
    if days[1] > forecast.ends or days[1] < forecast.starts:
        first, last = turn.texts.date(forecast.starts), turn.texts.date(forecast.ends)
        turn.say("utter_forecast_reach", first=first, last=last)
    return forecast if part.forecast.empty else part
