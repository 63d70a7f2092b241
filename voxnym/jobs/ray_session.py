"""A connection to Ray: a cluster that is there already, or one of this machine's own.

A Ray of this machine's own listens on the loopback address only, draws no dashboard, reports no
usage, spills nothing to disk, and its logs go with it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from voxnym.errors import InputError, MissingExtraError, RenderError

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
# Ray's name for it is older than its meaning: without clusters, it listens on 127.0.0.1 only.
_LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# The object store holds nothing of ours: orders and answers are small and travel with the calls.
_STORE_BYTES = 80 << 20
# Ray puts sockets into its folder, whose paths may not have more than 107 bytes.
_LONGEST_FOLDER_CHARACTERS = 30
_CLEAN_UP_S = 5.0
_KNOCK_S = 10.0


def require_ray() -> None:
    """See that Ray is installed.

    Raises:
        MissingExtraError: it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise MissingExtraError('--engine ray: Ray is not installed; run pip install "voxnym[ray]"')


@contextlib.contextmanager
def ray_session(address: str | None, workers: int) -> Iterator[Any]:
    """The module `ray`, connected; disconnected (or ended) afterwards.

    A program that is already connected to a Ray keeps that connection, whatever the address.

    Args:
        address: of a cluster that runs, as HOST:PORT, or "auto"; None to start one here.
        workers: processor cores of a Ray that is started here.

    Raises:
        MissingExtraError: Ray is not installed.
        InputError: no cluster can be reached at the address.
        RenderError: Ray does not start here.
    """
    require_ray()
    if address is not None and address.startswith("ray://"):
        raise InputError(
            f"--address {address}: a Ray client cannot follow the work; run this command on a "
            "machine of the cluster, with --address auto"
        )
    with contextlib.ExitStack() as stack:
        stack.enter_context(_environment(local=address is None))
        import ray

        if not ray.is_initialized():
            stack.enter_context(_quiet(ray))
            stack.enter_context(_signals_kept())
            stack.enter_context(
                _started(ray, workers) if address is None else _joined(ray, address)
            )
        yield ray


@contextlib.contextmanager
def _started(ray: Any, workers: int) -> Iterator[None]:
    constants = ray._private.ray_constants
    before = constants.ENABLE_RAY_CLUSTER
    # The setting alone comes too late where the program has imported Ray before.
    constants.ENABLE_RAY_CLUSTER = False
    folder = _private_folder()
    try:
        _start(ray, workers, folder)
        yield
    finally:
        ray.shutdown()
        constants.ENABLE_RAY_CLUSTER = before
        _remove(folder)


def _start(ray: Any, workers: int, folder: Path) -> None:
    try:
        ray.init(
            address="local",
            num_cpus=workers,
            num_gpus=0,
            include_dashboard=False,
            object_store_memory=_STORE_BYTES,
            configure_logging=False,
            log_to_driver=False,
            # Ray opens its own folder to everyone, so it gets one inside a closed one.
            _temp_dir=str(folder / "r"),
            _system_config={"automatic_object_spilling_enabled": False},
        )
    except Exception as error:
        raise RenderError(
            f"--engine ray: Ray does not start here ({_first_line(error)}); nothing was "
            "written; leave --engine out, or give the --address of a cluster"
        ) from error


@contextlib.contextmanager
def _joined(ray: Any, address: str) -> Iterator[None]:
    try:
        _join(ray, address)
        yield
    finally:
        ray.shutdown()


def _join(ray: Any, address: str) -> None:
    from voxnym.audio.formats import printable

    try:
        _knock(address)
        ray.init(address=address, configure_logging=False, log_to_driver=False)
    except Exception as error:
        raise InputError(
            f"--address {printable(address)}: no Ray cluster can be reached there "
            f"({_first_line(error)}); expected HOST:PORT of a cluster that this machine is part "
            "of, or auto"
        ) from error


def _knock(address: str) -> None:
    """See that somebody listens, which Ray would try for minutes.

    Raises:
        OSError: nobody does.
        ValueError: no address.
    """
    if address == "auto":
        return
    host, stroke, port = address.rpartition(":")
    if not (stroke and host and port.isascii() and port.isdigit()):
        raise ValueError("not an address")
    socket.create_connection((host.strip("[]"), int(port)), _KNOCK_S).close()


@contextlib.contextmanager
def _environment(*, local: bool) -> Iterator[None]:
    """Settings that Ray reads when it is imported or started."""
    wanted = {**_SETTINGS, **(_LOOPBACK_ONLY if local else {})}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _quiet(ray: Any) -> Iterator[None]:
    """Nothing of Ray's on the terminal; what matters comes back as an error."""
    logger = logging.getLogger("ray")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    # No setting keeps Ray from telling standard output of workers that died, in the middle of
    # what `--json -` writes there.
    inside = ray._private.worker
    speak = getattr(inside, "print_to_stdstream", None)
    inside.print_to_stdstream = _say_nothing
    try:
        yield
    finally:
        logger.setLevel(level)
        inside.print_to_stdstream = speak


def _say_nothing(*ignored: object, **named: object) -> None:
    """In place of what prints."""


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    # Ray puts a handler of its own in place of ours, which ends this process without tidying up.
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, TypeError):
            signal.signal(signal.SIGTERM, before)


def _private_folder() -> Path:
    """For Ray's sockets and logs, which nobody else may read."""
    place = tempfile.gettempdir()
    if len(place) > _LONGEST_FOLDER_CHARACTERS and Path("/tmp").is_dir():  # noqa: S108
        place = "/tmp"  # noqa: S108  drawn at random below, and ours alone
    return Path(tempfile.mkdtemp(prefix="voxnym-ray-", dir=place))


def _remove(folder: Path) -> None:
    # Ray's last processes may still write when it says that it has ended.
    until = time.monotonic() + _CLEAN_UP_S
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > until:
            return
        time.sleep(0.02)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
