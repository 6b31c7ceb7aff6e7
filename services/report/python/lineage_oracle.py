"""Our run event, taken apart and put together again by OpenLineage's own client, whose classes are made from the
published schemas: a key that they do not know, a value that is missing or of another kind, is an error.

Reads the event as JSON from stdin and writes to stdout {"event": what the client makes of it, "schemas": the schema that
the client knows for each `_schemaURL` in it}, or to stderr what is wrong (exit 1).
"""

import json
import sys

from openlineage.client import event_v2, serde
from openlineage.client.generated import (
    data_quality_assertions_dataset as assertions,
    data_quality_metrics_input_dataset as metrics,
    dataset_version_dataset as version,
)


def taken(make, value, **parts):
    """`make` of the fields of `value`, those in `parts` made before. Underlined ones are facts about the facet itself."""
    fields = {key: parts.get(key, part) for key, part in value.items() if not key.startswith("_")}
    made = make(**fields)
    if "_producer" in value:
        made._producer = value["_producer"]
    return made


def input_of(value):
    facets = {"version": taken(version.DatasetVersionDatasetFacet, value["facets"]["version"])}
    of_input = value["inputFacets"]
    columns = {
        name: taken(metrics.ColumnMetrics, column)
        for name, column in of_input["dataQualityMetrics"]["columnMetrics"].items()
    }
    made = {
        "dataQualityMetrics": taken(
            metrics.DataQualityMetricsInputDatasetFacet, of_input["dataQualityMetrics"], columnMetrics=columns
        ),
        "dataQualityAssertions": taken(
            assertions.DataQualityAssertionsDatasetFacet,
            of_input["dataQualityAssertions"],
            assertions=[
                taken(assertions.Assertion, one) for one in of_input["dataQualityAssertions"]["assertions"]
            ],
        ),
    }
    for given, known in ((value["facets"], facets), (of_input, made)):
        strangers = set(given) - set(known)
        if strangers:
            raise TypeError(f"facets that are not looked at here: {strangers}")
    return taken(event_v2.InputDataset, value, facets=facets, inputFacets=made)


def without_added(told, given):
    """`told` without the empty objects that the client puts where nothing was given."""
    if isinstance(told, list) and isinstance(given, list):
        return [without_added(*pair) for pair in zip(told, given, strict=True)]
    if not (isinstance(told, dict) and isinstance(given, dict)):
        return told
    return {key: without_added(part, given.get(key)) for key, part in told.items() if key in given or part != {}}


def main():
    given = json.load(sys.stdin)
    made_here = ("eventType", "producer", "run", "job", "inputs", "outputs", "schemaURL")
    event = event_v2.RunEvent(
        **{key: value for key, value in given.items() if key not in made_here},
        # The client would put one of its own in its place.
        producer=given["producer"],
        eventType=event_v2.RunState(given["eventType"]),
        run=taken(event_v2.Run, given["run"]),
        job=taken(event_v2.Job, given["job"]),
        inputs=[input_of(one) for one in given["inputs"]],
        outputs=[taken(event_v2.OutputDataset, one) for one in given.get("outputs", [])],
    )
    schemas = {
        "RunEvent": event.schemaURL,
        "version": version.DatasetVersionDatasetFacet._get_schema(),
        "dataQualityMetrics": metrics.DataQualityMetricsInputDatasetFacet._get_schema(),
        "dataQualityAssertions": assertions.DataQualityAssertionsDatasetFacet._get_schema(),
    }
    told = without_added(json.loads(serde.Serde.to_json(event)), given)
    json.dump({"event": told, "schemas": schemas}, sys.stdout)


if __name__ == "__main__":
    try:
        main()
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
