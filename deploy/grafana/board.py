"""What Grafana wants of every panel, variable and annotation, said once; and the two forms that most
queries have."""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
# Whom the choices at the top of the dashboard leave.
GATEWAY = 'job=~"$job",instance=~"$instance"'
ROUTE = GATEWAY + ',route=~"$route"'
DEPLOYMENT = GATEWAY + ',deployment=~"$deployment"'


def rate(metric, labels, by=""):
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def quantile(share, metric, labels, by=""):
    buckets = rate(metric + "_bucket", labels, f"le, {by}" if by else "le")
    return f"histogram_quantile({share}, {buckets})"


class Dashboard:
    """Panels laid out in rows from the left, in the order of the calls."""

    def __init__(self):
        self.panels = []
        self._x = self._y = self._height = 0

    def row(self, title):
        self._break()
        self._add({"type": "row", "title": title, "collapsed": False, "panels": []}, WIDTH, 1)

    def panel(self, kind, title, tells, queries, unit="short", width=8, height=8, **more):
        """`queries`: (expression, legend) in order. `more`: `custom` and `options` of the panel,
        `field` for the rest of its defaults, `transformations`."""
        instant = kind in ("stat", "bargauge", "table")
        targets = [
            {
                "refId": chr(ord("A") + position),
                "datasource": SOURCE,
                "expr": expr,
                "legendFormat": legend,
                "range": not instant,
                "instant": instant,
                "format": {"table": "table", "heatmap": "heatmap"}.get(kind, "time_series"),
            }
            for position, (expr, legend) in enumerate(queries)
        ]
        defaults = {"unit": unit, "custom": more.get("custom", {}), **more.get("field", {})}
        panel = {
            "type": kind,
            "title": title,
            "description": tells,
            "datasource": SOURCE,
            "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []},
            "options": more.get("options", {}),
        }
        if "transformations" in more:
            panel["transformations"] = more["transformations"]
        self._add(panel, width, height)

    def stat(self, title, tells, expr, unit, steps):
        """A number in the first row. `steps`: (from this value on, colour)."""
        thresholds = [{"value": value, "color": color} for value, color in steps]
        field = {"thresholds": {"mode": "absolute", "steps": thresholds}, "noValue": "none"}
        options = {"colorMode": "background", "reduceOptions": {"calcs": ["lastNotNull"]}}
        self.panel("stat", title, tells, [(expr, "")], unit, 4, 4, field=field, options=options)

    def lines(self, title, tells, queries, unit="short", stacked=False, **more):
        custom = {"fillOpacity": 25 if stacked else 5, "lineWidth": 1, "showPoints": "never"}
        if stacked:
            custom["stacking"] = {"mode": "normal", "group": "A"}
        options = {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
        self.panel("timeseries", title, tells, queries, unit, custom=custom, options=options, **more)

    def _break(self):
        self._x, self._y, self._height = 0, self._y + self._height, 0

    def _add(self, panel, width, height):
        if self._x + width > WIDTH:
            self._break()
        place = {"x": self._x, "y": self._y, "w": width, "h": height}
        self.panels.append({"id": len(self.panels) + 1, "gridPos": place, **panel})
        self._x += width
        self._height = max(self._height, height)


def variable(name, metric):
    """One of the values of the label `name`; all of them to begin with."""
    query = f"label_values({metric}, {name})"
    return {
        "name": name,
        "label": name,
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def annotation(name, expr, color, title):
    return {
        "name": name,
        "datasource": SOURCE,
        "enable": True,
        "iconColor": color,
        "expr": expr,
        "step": "60s",
        "titleFormat": title,
    }
