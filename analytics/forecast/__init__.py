"""How much of each product will sell, and how sure that is."""

from analytics.forecast.backtest import backtest
from analytics.forecast.chart import PlotLabels, plot
from analytics.forecast.demand import to_demand
from analytics.forecast.forecaster import DemandForecaster
from analytics.forecast.forecasts import Forecasts, ItemForecast
from analytics.forecast.training import train_forecasts

__all__ = [
    "DemandForecaster",
    "Forecasts",
    "ItemForecast",
    "PlotLabels",
    "backtest",
    "plot",
    "to_demand",
    "train_forecasts",
]
