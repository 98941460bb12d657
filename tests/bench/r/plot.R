# The picture: a panel an experiment, a colour a side.
colours <- c(
  rcluster = "#d1495b", do = "#777777", psock = "#2e86ab", dofuture = "#8f6fc1",
  doredis = "#e0a030", mirai = "#1b998b", direct = "#70c1b3", crew = "#4f6d3a"
)

draw_plot <- function(folder) {
  png(file.path(folder, "results.png"), 1500, 1000, res = 120)
  on.exit(dev.off())
  par(
    mfrow = c(2, 3), mar = c(4.2, 4.6, 2.4, 1), mgp = c(3, 0.7, 0), las = 1,
    bty = "n", cex.axis = 0.9, oma = c(2.5, 0, 0, 0)
  )
  draw_bars("foreach", "foreach, chunk 1, empty tasks")
  draw_bars("map", "map, chunk 1, empty tasks")
  draw_lines(
    rows_of(experiment = "sizes", chunk = "1"), "Tasks of CPU time, chunk 1",
    "ms a task"
  )
  draw_lines(
    rows_of(experiment = "values", chunk = "1"),
    "Values there and back, chunk 1", "bytes (0 drawn as 1)"
  )
  draw_lines(
    rows_of(experiment = "tasks"), "Number of tasks, largest chunks", "tasks"
  )
  draw_lines(
    rows_of(experiment = "workers"), "Sleeping tasks", "workers", "% of ideal",
    log = "x"
  )
  draw_legend()
}

draw_bars <- function(kind, title) {
  rows <- rows_of(experiment = "rates", kind = kind, chunk = "1")
  if (!NROW(rows)) return(plot.new())
  rows <- rows[order(rows$value), ]
  par(mar = c(4.2, 8.6, 2.4, 2.5))
  at <- barplot(rows$value,
    horiz = TRUE, col = colours[rows$side], border = NA, main = title,
    names.arg = sub(" [+].*", "", gsub("`", "", named(rows$side))),
    xlab = "tasks/s", xlim = c(0, max(rows$value) * 1.25)
  )
  text(rows$value, at, number(rows$value), pos = 4, cex = 0.9, xpd = NA)
  par(mar = c(4.2, 4.6, 2.4, 1))
}

# A side's foreach in a full line, its map in a dashed one.
draw_lines <- function(rows, title, xlab, ylab = "tasks/s", log = "xy") {
  if (!NROW(rows)) return(plot.new())
  rows$setting <- pmax(rows$setting, 1)
  limits <- range(rows$value)
  if (log == "x") limits <- c(0, 100)
  plot(range(rows$setting), limits,
    type = "n", log = log, xlab = xlab, ylab = ylab, main = title, xaxt = "n",
    yaxt = "n", ylim = limits
  )
  ticks <- sort(unique(rows$setting))
  axis(1, ticks, vapply(ticks, format, "", scientific = max(ticks) > 1000))
  heights <- axTicks(2)
  axis(2, heights, number(heights))
  abline(h = heights, col = "#eeeeee")
  for (line in split(rows, list(rows$side, rows$kind), drop = TRUE)) {
    line <- line[order(line$setting), ]
    lines(line$setting, line$value,
      type = "o", pch = 16, lwd = 2, col = colours[line$side[1]],
      lty = if (line$kind[1] == "map") 2 else 1
    )
  }
}

draw_legend <- function() {
  par(fig = c(0, 1, 0, 1), oma = rep(0, 4), mar = rep(0, 4), new = TRUE)
  plot.new()
  legend("bottom",
    legend = c(gsub("`", "", shown[names(colours)]), "map"),
    col = c(colours, "black"), lwd = 2, lty = c(rep(1, length(colours)), 2),
    horiz = TRUE, bty = "n", cex = 0.72, seg.len = 1.3
  )
}
