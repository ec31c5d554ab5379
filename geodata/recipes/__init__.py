"""Recipes: each makes some of the bundled files again from a source that anyone can get.

Run one with `python -m geodata.recipes.<name> SOURCE [--out FOLDER]`. The same source gives the same bytes.

The Natural Earth recipes (`units`, `basemap`, `world_tables`) read `world_map.gpkg`, which Debian and Ubuntu carry:

    apt-get download qgis-common
    dpkg -x qgis-common_*.deb unpacked
    python -m geodata.recipes.units unpacked/usr/share/qgis/resources/data/world_map.gpkg

The committed files were made from qgis-common 3.22.16+dfsg-1, whose `world_map.gpkg` has the sha256 that stands in
`natural_earth.WORLD_MAP_SHA256`. Another version of the package may give slightly other borders.
"""
