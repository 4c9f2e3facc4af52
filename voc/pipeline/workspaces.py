"""The stores of all tenants: one for each workspace, so that no query can see across."""

from __future__ import annotations

import threading

from voc.config import Settings
from voc.config.settings import DEFAULT_WORKSPACE
from voc.store import Store, open_store


class Workspaces:
    """Opens the store of a workspace when it is first asked for; threads may share it.

    Args:
        settings: All settings.
        main: The open store of the workspace `default`, which stays its owner's to close.
    """

    def __init__(self, settings: Settings, main: Store) -> None:
        self._settings = {DEFAULT_WORKSPACE: settings}
        self._stores = {DEFAULT_WORKSPACE: main}
        self._main = main
        self._opening = threading.Lock()

    @property
    def main(self) -> Store:
        """The store of the workspace `default`, which keeps the keys of all."""
        return self._main

    def settings(self, name: str) -> Settings:
        """Returns the settings of a workspace.

        Raises:
            ConfigError: There is none of that name any more.
        """
        found = self._settings.get(name)
        if found is None:
            found = self._settings[DEFAULT_WORKSPACE].of_workspace(name)
            self._settings[name] = found
        return found

    def store(self, name: str) -> Store:
        """Returns the store of a workspace.

        Raises:
            ConfigError: There is none of that name any more.
            StoreError: It cannot be opened.
        """
        with self._opening:
            if name not in self._stores:
                settings = self.settings(name)
                self._stores[name] = open_store(
                    settings.store_url, busy_timeout_s=settings.store.busy_timeout_s
                )
            return self._stores[name]

    def close(self) -> None:
        """Closes what was opened here."""
        with self._opening:
            for store in self._stores.values():
                if store is not self._main:
                    store.close()
            self._stores = {DEFAULT_WORKSPACE: self._main}
