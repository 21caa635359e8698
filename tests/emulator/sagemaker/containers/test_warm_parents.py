"""Programs forked from a warm parent are what an interpreter of their own would have made of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.sagemaker.images import Runtime
from tests.emulator.running import eventually, is_running
from tests.emulator.sagemaker.containers.warm import Host, open_host

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs are forked on Linux only")

WHO = """
import json, os, signal, sys, threading
main = sys.modules["__main__"]
print(json.dumps({
    "argv": sys.argv, "orig_argv": sys.orig_argv[1:], "path": sys.path, "flags": repr(sys.flags), "cwd": os.getcwd(),
    "executable": sys.executable, "prefix": sys.prefix, "environ": dict(os.environ), "main": str(vars(main).keys()),
    "file": __file__ if "__file__" in globals() else "", "name": __name__, "package": __package__,
    "streams": [(s.encoding, s.errors, s.line_buffering, s.write_through, s.isatty()) for s in
                (sys.stdin, sys.stdout, sys.stderr)],
    "signals": [repr(signal.getsignal(n)) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE)],
    "leader": os.getpid() == os.getsid(0) == os.getpgid(0), "threads": threading.active_count(),
    "files": sorted(os.listdir("/proc/self/fd"))[:3], "umask": os.umask(0),
    "emulator": [name for name in sys.modules if name.startswith("emulator")],
}))
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host whose parent has imported NumPy, pandas and scikit-learn."""
    host = open_host(tmp_path_factory.mktemp("warm"))
    yield host
    host.close()


def both(host: Host, *argv: str, **env: str) -> tuple[tuple[int, list[str]], tuple[int, list[str]]]:
    """Status and lines of a program forked, and of the same in an interpreter of its own."""
    return host.start(*argv, **env).end(), host.start(*argv, forked=False, **env).end()


def forked(host: Host, text: str, **env: str) -> tuple[int, list[str]]:
    """Status and lines of a script that is forked."""
    return host.start(host.script(textwrap.dedent(text)), **env).end()


def test_it_is_forked_and_has_the_libraries(host: Host) -> None:
    script = "import os, sys\nprint(os.getppid(), 'sklearn.ensemble' in sys.modules)"
    other = host.start(host.script(script), forked=False).end()
    status, lines = host.start(host.script(script)).end()
    assert (status, lines[0].split()[1], other[1][0].split()[1]) == (0, "True", "False")
    assert lines[0].split()[0] != other[1][0].split()[0] == str(os.getpid())


@pytest.mark.parametrize("how", ["script", "folder", "zip", "module", "code"])
def test_it_finds_what_an_interpreter_of_its_own_would_find(host: Host, how: str) -> None:
    host.script(WHO, "who.py")
    (host.ml / "folder").mkdir(exist_ok=True)
    host.script(WHO, "folder/__main__.py")
    with zipfile.ZipFile(host.ml / "code.zip", "w") as archive:
        archive.writestr("__main__.py", WHO)
    argv = {"script": ["who.py"], "folder": ["folder"], "zip": ["/opt/ml/code.zip"], "module": ["-m", "who"],
            "code": ["-c", WHO]}[how]  # fmt: skip
    (status, lines), other = both(host, *argv, "--rate", "a b", MINE="yes", AWS_REGION="eu-west-1")
    assert status == other[0] == 0, (lines, other)
    assert json.loads(lines[0]) == json.loads(other[1][0])


@pytest.mark.parametrize(
    "script",
    [
        "import sys; sys.exit(7)",
        "import sys; sys.exit('no rows')",
        "import sys; sys.exit()",
        "raise SystemExit(-1)",
        "def f():\n    return 1 / 0\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('no rows') from e",
        "print('a'\n",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import os; os._exit(9)",
        "import sys; sys.excepthook = lambda *e: print('hook', e[0].__name__); 1 / 0",
        "raise KeyboardInterrupt",
    ],
)
def test_it_ends_as_an_interpreter_of_its_own_would(host: Host, script: str) -> None:
    ours, other = both(host, host.script(script))
    assert ours == other


def test_a_script_or_module_that_is_absent_is_named(host: Host) -> None:
    for argv in (["absent.py"], ["-m", "absent"]):
        ours, other = both(host, *argv)
        assert ours == other
        assert "absent" in ours[1][0]


def test_what_a_program_leaves_to_its_end_is_done(host: Host) -> None:
    script = """
    import atexit, sys, tempfile, threading, time
    file = open("left-open.txt", "w")
    file.write("written")
    folder = tempfile.TemporaryDirectory()
    print(folder.name)
    atexit.register(print, "exit handler")
    class Last:
        def __del__(self): print("finalised", sys is not None)
    last = Last()
    def late(): time.sleep(0.1); print("thread")
    threading.Thread(target=late).start()
    """
    status, (folder, *lines) = forked(host, script)
    assert (status, lines) == (0, ["thread", "exit handler", "finalised True"])
    assert (host.ml / "left-open.txt").read_text() == "written"
    assert not Path(folder).exists()


def test_a_daemon_thread_does_not_keep_it_and_is_not_heard(host: Host) -> None:
    script = """
    import threading, time
    def turn():
        while True: time.sleep(0.001)
    threading.Thread(target=turn, daemon=True).start()
    """
    ours, other = both(host, host.script(textwrap.dedent(script)))
    assert ours == other == (0, [])


def test_a_great_output_comes_whole_and_in_order(host: Host) -> None:
    status, lines = forked(host, "for n in range(100_000): print(n, 'x' * 50)")
    assert (status, len(lines)) == (0, 100_000)
    assert [line.split()[0] for line in lines[::9999]] == [str(n) for n in range(0, 100_000, 9999)]


def test_one_program_sees_nothing_of_another(host: Host) -> None:
    spoil = """
    import os, random, sys, numpy, pandas, tempfile
    pandas.set_option("display.max_rows", 7)
    pandas.DataFrame = None
    random.seed(1); numpy.random.seed(1)
    os.environ["SPOILT"] = "yes"; os.chdir("/"); os.umask(0o077)
    sys.path.insert(0, "/spoilt"); sys.modules["spoilt"] = sys
    tempfile.tempdir = "/"
    """
    look = """
    import os, sys, tempfile, numpy, pandas
    print(pandas.get_option("display.max_rows"), pandas.DataFrame is None, "SPOILT" in os.environ, os.getcwd(),
          os.umask(0), "/spoilt" in sys.path, "spoilt" in sys.modules, tempfile.gettempdir())
    """
    first = forked(host, look)
    assert forked(host, spoil) == (0, [])
    assert forked(host, look) == first
    assert first[1][0].split()[:3] == ["60", "False", "False"]
    assert first[1][0].split()[-1] == str(host.folder / "tmp")


def test_no_two_programs_draw_the_same_numbers(host: Host) -> None:
    script = "import random, uuid, numpy\nprint(random.random(), numpy.random.rand(), uuid.uuid4())"
    drawn = [forked(host, script)[1][0].split() for _ in range(2)]
    assert all(one != two for one, two in zip(*drawn, strict=True))


def test_programs_run_at_the_same_time_each_with_its_own(host: Host) -> None:
    host.script(
        "import os, sys, time\ntime.sleep(0.2)\nprint(os.environ['MINE'], sys.argv[1])\nsys.exit(int(sys.argv[1]))"
    )
    runs = [host.start("job.py", str(n), MINE=f"m{n}") for n in range(5)]
    assert [run.end() for run in runs] == [(n, [f"m{n} {n}"]) for n in range(5)]


def test_two_threads_of_openmp_fit_as_in_an_interpreter_of_its_own(host: Host) -> None:
    script = """
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_info
    x = np.random.default_rng(0).normal(size=(20_000, 10)); y = (x[:, 0] + x[:, 1] ** 2 > 1).astype(int)
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(x, y)
    print(sorted({(i["user_api"], i["num_threads"]) for i in threadpool_info()}), np.linalg.norm(x @ x.T[:, :500]))
    print(model.predict_proba(x)[:, 1].sum())
    """
    ours, other = both(host, host.script(textwrap.dedent(script)))
    assert ours == other
    assert ours[0] == 0


def test_a_program_may_fork_and_start_processes_of_its_own(host: Host) -> None:
    script = """
    import multiprocessing, os, subprocess, sys
    def double(x): return 2 * x
    if __name__ == "__main__":
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                print(pool.map(double, [1, 2, 3]))
        print(subprocess.run([sys.executable, "-c", "print(5)"], capture_output=True).stdout)
        pid = os.fork()
        if pid == 0:
            print("child"); sys.exit(0)
        print(os.waitpid(pid, 0)[1])
    """
    assert forked(host, script) == (0, ["[2, 4, 6]", "[2, 4, 6]", "b'5\\n'", "child", "0"])


def test_what_it_started_ends_with_it(host: Host) -> None:
    status, lines = forked(host, "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)")
    assert status == 0
    eventually(lambda: not is_running(int(lines[0])))


def test_it_is_stopped_by_sigterm_and_killed_after_the_grace(host: Host) -> None:
    script = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: {})\nprint('up')\ntime.sleep(60)"
    kind = host.start(host.script(script.format("sys.exit(5)")))
    eventually(lambda: kind.lines)
    kind.container.stop()
    assert kind.end()[0] == 5
    stubborn = host.start(host.script(script.format("None")))
    eventually(lambda: stubborn.lines)
    stubborn.container.stop(grace_s=0.1)
    assert stubborn.end()[0] == 128 + signal.SIGKILL


def test_a_stop_right_after_the_start_is_not_lost(host: Host) -> None:
    runs = [host.start("-c", "import time; time.sleep(60)") for _ in range(5)]
    for run in runs:
        run.container.stop()
    assert [run.end()[0] for run in runs] == [128 + signal.SIGTERM] * 5


def test_open_files_are_passed_by_their_numbers(host: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        script = "import socket, sys\nprint(socket.socket(fileno=int(sys.argv[1])).getsockname()[1])"
        run = host.start(host.script(script), str(listener.fileno()), fds=(listener.fileno(),))
        assert run.end() == (0, [str(listener.getsockname()[1])])


def test_network_isolation_takes_the_network_away(host: Host) -> None:
    if not host.namespaces.isolate:
        pytest.skip("this machine has no network namespaces")
    script = "import os; print(os.listdir('/sys/class/net') and open('/proc/net/dev').read().count(':'))"
    assert host.start(host.script(script), isolated=True).end() == (0, ["1"])


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED"])
def test_variables_that_are_read_at_the_start_get_an_interpreter_of_their_own(host: Host, variable: str) -> None:
    _, lines = forked(host, "import os; print(os.getppid())", **{variable: "1"})
    assert lines == [str(os.getpid())]


def test_a_variable_that_a_program_sets_too_late_is_named_once(host: Host) -> None:
    script = "import os\nfor n in '12': os.environ['OMP_NUM_THREADS'] = n\nos.environ['PYTHONPATH'] = 'mine'"
    status, lines = forked(host, script)
    assert (status, len(lines)) == (0, 1)
    assert lines[0].startswith("emulator: OMP_NUM_THREADS comes too late")


def test_options_of_the_interpreter_get_one_of_their_own(host: Host) -> None:
    assert host.start("-O", "-c", "print(__debug__)").end() == (0, ["False"])


def test_a_module_that_starts_a_thread_or_opens_a_file_is_left_out(tmp_path: Path) -> None:
    here = "tests.emulator.sagemaker.containers"
    host = open_host(tmp_path)
    host.runtime = Runtime(sys.executable, ("numpy", f"{here}.starts_a_thread", "absent", f"{here}.opens_a_file"))
    assert host.parent().left_out == [f"{here}.starts_a_thread", f"{here}.opens_a_file"]
    script = "import os, sys\nprint('numpy' in sys.modules, len(os.listdir(f'/proc/{os.getppid()}/task')))"
    assert host.start("-c", script).end() == (0, ["True 1"])
    host.close()


def test_changed_packages_get_another_parent(tmp_path: Path) -> None:
    host = open_host(tmp_path)
    host.runtime = Runtime(sys.executable, ("json",))
    first = host.parent()
    running = host.start("-c", "import time; print('up'); time.sleep(0.5); print('done')")
    eventually(lambda: running.lines)
    first._packages = dict.fromkeys(first._packages, 0)
    second = host.parent()
    assert second is not first
    assert running.end() == (0, ["up", "done"])
    assert first.ended.wait(10)
    host.close()
    assert second.ended.wait(10)


def test_a_broken_interpreter_is_not_tried_again_and_programs_still_fail_by_themselves(tmp_path: Path) -> None:
    host = open_host(tmp_path)
    host.runtime = Runtime("/bin/false", ())
    parent = host.parents.expect(host.runtime)
    assert parent is not None
    assert parent.ended.wait(10)
    assert host.parents.expect(host.runtime) is parent
    host.close()


def test_where_forking_is_unsafe_the_log_says_so_once(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    host = open_host(host.folder)
    assert host.parents.expect(host.runtime) is None
    assert host.parents.expect(host.runtime) is None
    assert [record.message for record in caplog.records if "fresh interpreter" in record.message] == caplog.messages
    assert len(caplog.messages) == 1
