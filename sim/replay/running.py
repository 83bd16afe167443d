"""Plays a day many times, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import product
from multiprocessing import get_context

from sim.replay.recorded import Recorded
from sim.replay.tried import Tried, maker
from sim.world.replay.day import figures_of
from sim.world.replay.play import floor_of, pace_of, play

LEAST = 3  # shifts of each setting, however long they take

Figures = dict[str, float]
Tell = Callable[[int, int], None]  # shifts played, of how many


class Player:
    """Plays shifts of one day. `rings` is a factor on all ring times (1: as they were)."""

    def __init__(
        self, recorded: Recorded, tried: Sequence[Tried], rings: float = 1.0
    ) -> None:
        self._day, self._rings = recorded.day, rings
        self._makers = [maker(one, recorded) for one in tried]
        self._floors = [floor_of(recorded.day, one.policy, rings=rings) for one in tried]
        self._paces = [pace_of(recorded.day, one.policy) for one in tried]

    def play(self, which: int, seed: int) -> Figures:
        """One shift of the setting at that place."""
        floor = self._floors[which]
        pacer = self._makers[which](floor, seed)
        pace = self._paces[which]
        shift = play(self._day, floor, pacer, seed, pace=pace, rings=self._rings)
        return figures_of(shift)


def shifts(
    recorded: Recorded,
    tried: Sequence[Tried],
    seeds: Sequence[int],
    *,
    jobs: int = 1,
    rings: float = 1.0,
    tell: Tell = lambda done, of: None,
    enough: Callable[[], bool] = lambda: False,
) -> list[list[Figures]]:
    """Return for each setting its figures, seed by seed; all meet the same people.

    `enough` is asked when all settings have met one more seed, from LEAST on: true ends it.
    """
    pairs = [(which, seed) for seed, which in product(seeds, range(len(tried)))]
    found: list[list[Figures]] = [[] for _ in tried]
    with closing(_played(recorded, tried, rings, pairs, jobs)) as played:
        for done, ((which, _), figures) in enumerate(
            zip(pairs, played, strict=True), start=1
        ):
            found[which].append(figures)
            tell(done, len(pairs))
            whole, left = divmod(done, len(tried))
            if not left and whole >= LEAST and enough():
                tell(len(pairs), len(pairs))
                break
    return found


def _played(
    recorded: Recorded,
    tried: Sequence[Tried],
    rings: float,
    pairs: Sequence[tuple[int, int]],
    jobs: int,
) -> Generator[Figures]:
    """In the order of `pairs`; closing it drops those that have not begun."""
    if jobs < 2:
        player = Player(recorded, tried, rings)
        yield from (player.play(which, seed) for which, seed in pairs)
        return
    with ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=_begin, initargs=(recorded, tried, rings)
    ) as executor:
        try:
            yield from executor.map(_play, pairs)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


_players: list[Player] = []  # of a child process: one


def _begin(recorded: Recorded, tried: Sequence[Tried], rings: float) -> None:
    _players.append(Player(recorded, tried, rings))


def _play(pair: tuple[int, int]) -> Figures:
    return _players[0].play(*pair)
