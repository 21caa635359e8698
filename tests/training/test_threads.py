from __future__ import annotations

from threadpoolctl import threadpool_info

from training.threads import side_by_side


def threads(task: object = None) -> dict[str, int]:
    return {each["user_api"]: each["num_threads"] for each in threadpool_info()}


def test_each_of_several_fits_has_one_thread_and_afterwards_all_is_as_before():
    before = threads()
    with side_by_side() as pool:
        inside = pool.submit(threads).result()
    assert inside["openmp"] == inside["blas"] == 1
    assert threads()["blas"] == before.get("blas", threads()["blas"])
