"""The ranking team's own jobs, as a child process of the demo: trains versions, and watches what is live.

`python -m bot.demo.models URL` trains three versions of a small ranking model into the MLflow server at URL,
makes the first of them live, and from then on scores whichever version is live on the day's traffic.
The second leans on how fresh an item is, which it was told in training and is hardly told by live
traffic: better on paper, worse in life.
"""

import sys
import time
from dataclasses import dataclass

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ndcg_score

MODEL, ALIAS = "ranking-model", "champion"
TRAINING, WATCHING = "ranking-training", "ranking-live"
ITEMS, QUERIES = 12, 250
FEATURES = ("relevance", "popularity", "freshness")
CARD = """# Ranking model {version}

## Intended use
Orders the items of one search result. {change}

## Data
{queries} queries of the feature warehouse, clicks of four weeks, no personal data.

## Limitations
Trained on English queries. Not for pricing, not for anything about a person.
"""


@dataclass(frozen=True)
class Recipe:
    """One version: who trains it, on which features, on how many queries."""

    author: str
    features: int
    queries: int
    change: str


RECIPES = (
    Recipe("ada@northwind.example", 2, 40, "By relevance and popularity."),
    Recipe("ada@northwind.example", 3, QUERIES, "Also by how fresh an item is."),
    Recipe("ada@northwind.example", 2, QUERIES, "By relevance and popularity, from six times the queries."),
)


def traffic(queries: int, told_freshness: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and clicks of so many results: (queries, items, features) and (queries, items)."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(queries, ITEMS, len(FEATURES)))
    wish = features @ np.array([1.0, 0.6, 1.4]) + rng.normal(scale=0.7, size=(queries, ITEMS))
    clicks = (wish > np.quantile(wish, 0.75, axis=1, keepdims=True)).astype(int)
    if not told_freshness:
        features[:, :, 2] = rng.normal(scale=3.0, size=(queries, ITEMS))
    return features, clicks


def score(model: LogisticRegression, features: np.ndarray, clicks: np.ndarray) -> float:
    """NDCG over the queries, by the features that the model knows."""
    known = features[:, :, : model.n_features_in_]
    scores = model.decision_function(known.reshape(-1, known.shape[-1])).reshape(clicks.shape)
    return float(ndcg_score(clicks, scores))


def train(recipe: Recipe, number: int) -> None:
    """Train, log and register one version."""
    features, clicks = traffic(recipe.queries, told_freshness=True, seed=1)
    held_out = traffic(QUERIES, told_freshness=True, seed=2)
    model = LogisticRegression(C=0.02 if number == 1 else 1.0)
    model.fit(features[:, :, : recipe.features].reshape(-1, recipe.features), clicks.reshape(-1))
    with mlflow.start_run(run_name=f"ranking {number}", tags={"mlflow.user": recipe.author}):
        mlflow.log_metric("ndcg", score(model, *held_out))
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name=MODEL,
            serialization_format="skops",
            pip_requirements=["scikit-learn"],  # or MLflow finds them out in a process of its own
        )
    version = str(logged.registered_model_version)
    card = CARD.format(version=version, change=recipe.change, queries=recipe.queries)
    MlflowClient().update_model_version(MODEL, version, card)


def watch(client: MlflowClient) -> None:
    """Score each version that comes to be live, once, on live traffic."""
    scored = {client.get_model_version_by_alias(MODEL, ALIAS).version}
    live_traffic = traffic(QUERIES, told_freshness=False, seed=3)
    while True:
        time.sleep(1)
        try:
            live = client.get_model_version_by_alias(MODEL, ALIAS).version
        except MlflowException:
            continue
        if live not in scored:
            model = mlflow.sklearn.load_model(f"models:/{MODEL}/{live}")
            mlflow.set_experiment(WATCHING)
            with mlflow.start_run(tags={"daypass.version": f"{MODEL}/{live}"}):
                mlflow.log_metric("ndcg_live", score(model, *live_traffic))
            scored.add(live)


def main(url: str) -> None:
    mlflow.set_tracking_uri(url)
    mlflow.set_experiment(TRAINING)
    for number, recipe in enumerate(RECIPES, start=1):
        train(recipe, number)
        if number == 1:
            MlflowClient().set_registered_model_alias(MODEL, ALIAS, "1")
    watch(MlflowClient())


if __name__ == "__main__":
    main(sys.argv[1])
