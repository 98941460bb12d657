# The table, in Markdown, with ratios.
shown <- c(
  do = "`%do%`", rcluster = "rcluster", psock = "doParallel PSOCK",
  dofuture = "doFuture + future.mirai", doredis = "doRedis",
  mirai = "mirai, dispatcher", direct = "mirai, direct", crew = "crew",
  rcluster_map = "rcluster_map of one", mirai_dispatcher = "mirai, dispatcher",
  none = "nothing going on"
)

write_report <- function(folder, quick) {
  lines <- c(
    "# rcluster and other backends", "",
    sprintf(
      "2 workers, %s, Redis with AOF everysec, R %s%s.",
      "medians of three interleaved repetitions",
      getRversion(), if (quick) ", the quick form" else ""
    ),
    "A ratio above 1 means that rcluster is faster.", "",
    rate_table("rates", "Tasks that do nothing", NULL),
    rate_table("sizes", "Tasks of CPU time", "ms"),
    rate_table("values", "Values there and back", "bytes"),
    rate_table("tasks", "Growth with the number of tasks", "tasks"),
    rate_table("workers", "Growth with workers, sleeping tasks", "workers"),
    other_table()
  )
  writeLines(lines, file.path(folder, "results.md"))
}

rate_table <- function(experiment, title, setting) {
  rows <- rows_of(experiment = experiment)
  if (!NROW(rows)) return(character())
  rows <- rows[order(rows$kind, rows$setting, rows$chunk), ]
  ours <- vapply(seq_len(nrow(rows)), function(i) {
    row <- rows[i, ]
    value_of(
      experiment = experiment, kind = row$kind, chunk = row$chunk,
      setting = row$setting, side = "rcluster"
    )
  }, 0)
  head <- c(
    "kind", "chunk", setting, "backend", rows$unit[1], "rcluster's ratio"
  )
  cells <- data.frame(rows$kind, rows$chunk)
  if (!is.null(setting)) cells[[setting]] <- number(rows$setting)
  cells$side <- unname(named(rows$side))
  cells$value <- number(rows$value)
  cells$ratio <- ifelse(is.na(ours) | rows$side == "rcluster", "",
    sprintf("%.2f", ours / rows$value)
  )
  table_lines(title, head, cells)
}

other_table <- function() {
  rows <- rows_of(experiment = c("latency", "efficiency", "memory", "blocked"))
  if (!NROW(rows)) return(character())
  cells <- data.frame(
    explained(rows$experiment), named(rows$side), number(rows$value), rows$unit
  )
  table_lines("One task, memory, blocking", c("what", "who", "", ""), cells)
}

explained <- function(experiment) {
  c(
    latency = "one task there and back", memory = "1e5 tasks",
    efficiency = "2 workers' speed on 10 ms tasks, of plain R's",
    blocked = "Redis silent at most, 100 MB value"
  )[experiment]
}

named <- function(side) ifelse(side %in% names(shown), shown[side], side)

number <- function(x) {
  vapply(x, function(v) {
    format(signif(v, 3),
      big.mark = ",", scientific = FALSE, drop0trailing = TRUE
    )
  }, "")
}

table_lines <- function(title, head, cells) {
  row <- function(x) paste0("| ", paste(x, collapse = " | "), " |")
  c(
    paste("##", title), "", row(head), row(rep("---", length(head))),
    unname(apply(as.matrix(cells), 1, function(x) row(trimws(x)))), ""
  )
}
