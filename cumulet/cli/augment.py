"""augment: moved copies of images, as a file to train on and a page to look at."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from cumulet.cli.options import AsJson
from cumulet.cli.target import STATE
from cumulet.cli.terminal import print_json, print_table, say
from cumulet.contracts.errors import NotFoundError, SchemaError
from cumulet.core.augmentation import Augmentation
from cumulet.reports import document
from cumulet.reports.pictures import uri

SHOWN, PER_ROW = 6, 11


def augment(
    images: Annotated[
        Path | None,
        typer.Argument(help="An .npz with images (n, height, width) and labels (n,); else scikit-learn's digits."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write images and labels, originals first, to this .npz.")] = None,
    copies: Annotated[int, typer.Option(min=1, max=100, help="Moved copies of every image.")] = 3,
    shift: Annotated[float, typer.Option(min=0, help="Pixels, at most.")] = 1.0,
    rotate: Annotated[float, typer.Option(min=0, help="Degrees, at most.")] = 10.0,
    scale: Annotated[float, typer.Option(min=0, max=0.9, help="Share, at most.")] = 0.1,
    elastic: Annotated[float, typer.Option(min=0, help="Pixels, at most.")] = 0.5,
    noise: Annotated[float, typer.Option(min=0, help="Standard deviation, as a share of the brightest pixel.")] = 0.0,
    flip: Annotated[bool, typer.Option("--flip", help="Mirror half of the copies: wrong for digits.")] = False,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal images.")] = 7,
    page: Annotated[Path | None, typer.Option(help="Where the page goes; by default in .cumulet/.")] = None,
    as_json: AsJson = False,
) -> None:
    """Move images a little, so that a model sees more hands than there were: an .npz to train on, a page to look at.

    Example: cumulet augment digits.npz --copies 4 --rotate 12 --out more.npz
    """
    pictures, labels = _read(images)
    brightest = float(np.abs(pictures).max()) or 1.0
    try:
        moved = Augmentation(
            shift=shift, rotate=rotate, scale=scale, elastic=elastic, noise=noise * brightest, flip=flip
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if out:
        more, theirs = moved.copies(pictures, labels, copies, seed)
        out = out if out.suffix == ".npz" else out.with_name(f"{out.name}.npz")
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(out, images=more.astype(np.float32), labels=theirs)
        say(f"written  {out}")
    target = page or STATE / "reports" / "augmented.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_page(moved, pictures, labels, seed), encoding="utf-8")
    figures = {"images": len(pictures), "copies": copies, "after": len(pictures) * (copies + 1), "page": str(target)}
    print_json(figures) if as_json else print_table("Augmented", [figures])


def _read(path: Path | None) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Images (n, height, width) and labels (n,). Raises NotFoundError or SchemaError."""
    if path is None:
        from sklearn.datasets import load_digits

        digits = load_digits()
        return digits.images, digits.target
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    try:
        found = np.load(path, allow_pickle=False)
        images, labels = np.asarray(found["images"]), np.asarray(found["labels"])
    except (ValueError, TypeError, LookupError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise SchemaError(f"{path}: expected an .npz with images and labels, without pickles: {error}") from error
    if not _fit(images, labels):
        raise SchemaError(
            f"{path}: images {images.shape} of {images.dtype}, labels {labels.shape}: give numbers (n, height, width), "
            "finite, and (n,)"
        )
    return images.astype(np.float64), labels


def _fit(images: NDArray[Any], labels: NDArray[Any]) -> bool:
    shapes = images.ndim == 3 and images.size > 0 and labels.shape == images.shape[:1]
    return shapes and images.dtype.kind in "buif" and bool(np.isfinite(images).all())


def _page(moved: Augmentation, images: NDArray[np.float64], labels: NDArray[Any], seed: int) -> str:
    _, firsts = np.unique(labels, return_index=True)
    some = images[np.sort(firsts)[:SHOWN]]
    top = float(images.max()) or 1.0
    grid = [[uri(image, top) for image in some]]
    grid += [[uri(image, top) for image in moved.apply(some, seed + n)] for n in range(PER_ROW - 1)]
    rows = [list(row) for row in zip(*grid, strict=True)]
    lead = ["Left the image as it is, then moved copies: each must still be read as the same by anybody."]
    parts = [{"title": "Copies", "tells": ", ".join(f"{k}={v:g}" for k, v in vars(moved).items()), "images": rows}]
    return document.render("Augmented images", lead, parts)


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(augment)
