"""The bars of the embeddings page; the clouds and what stands beside them are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

METHODS = (("pca", "PCA"), ("tsne", "t-SNE"), ("umap", "UMAP"), ("axes", "own axes"))
DIMS = (("2", "2D"), ("3", "3D"))
TOOLS = (("move", "move"), ("box", "box"), ("lasso", "lasso"))

FIELDS: Mapping[str, Field] = {
    "embedding_tag": Field("etag", "text", ""),  # empty: the first
    "embedding_method": Field("map", "text", "pca"),
    "embedding_dims": Field("dims", "text", "3"),
    "embedding_sphere": Field("sphere", "flag", False),  # vectors are centred and given one length first
    "embedding_components": Field("pc", "list", ["1", "2", "3"]),  # which are drawn, counted from 1
    "embedding_axes": Field("axis", "list", ["dim 0", "dim 1", "dim 2"]),  # "dim 7", or "A -> B" as searched for
    "embedding_perplexity": Field("perplexity", "number", 30),
    "embedding_iterations": Field("iterations", "number", 500),
    "embedding_neighbours": Field("neighbours", "number", 15),
    "embedding_min_dist": Field("mindist", "number", 0.1),
    "embedding_map_metric": Field("mapmetric", "text", "euclidean"),
    "embedding_colour": Field("colour", "text", ""),  # name of a column; empty: the first of classes
    "embedding_off": Field("eoff", "list", []),  # classes that are not drawn
    "embedding_search": Field("efind", "text", ""),  # text, or /regex/
    "embedding_column": Field("ein", "text", ""),  # where it is searched for; empty: in all columns
    "embedding_point": Field("point", "text", ""),  # row of the chosen point, as it was logged
    "embedding_metric": Field("near", "text", "cosine"),  # of the neighbours that are listed
    "embedding_near": Field("neark", "number", 10),  # how many
    "embedding_labels": Field("elabels", "flag", True),
    "embedding_pictures": Field("epics", "flag", False),
    "embedding_tool": Field("tool", "text", "move"),
}


def layout() -> Component:
    """Return the controls for all clouds, and the places where they and what is told of them go."""
    return html.Div(
        [
            _bar(),
            html.Div(id="projector-how", className="toolbar projector-how", role="toolbar", hidden=True),
            html.Div(
                [html.Div(id="projector-clouds", className="clouds"), html.Aside(id="projector-side")],
                id="projector",
                className="projector",
            ),
            html.Div(id="projector-table"),
        ]
    )


def _bar() -> Component:
    return html.Div(
        [
            html.Div(id="projector-tags"),
            controls.segments("embedding_method", "How vectors become a picture", METHODS, "pca"),
            controls.segments("embedding_dims", "Dimensions of the picture", DIMS, "3"),
            controls.segments("embedding_tool", "What dragging does", TOOLS, "move"),
            controls.flag("embedding_labels", "labels", "Write labels beside the points that are chosen or found"),
            controls.flag(
                "embedding_pictures", "pictures", "Draw each point as its picture, where there are not too many"
            ),
            html.Div(id="projector-steps", className="bar-steps"),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Embeddings"},
    )
