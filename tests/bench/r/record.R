# What was measured: one row a cell.
measured <- new.env()
measured$rows <- list()

# `kind`: foreach or map; `setting`: what varies, such as the number of tasks.
record <- function(experiment, side, value, kind = "foreach", chunk = "1",
                   setting = NA, unit = "tasks/s") {
  measured$rows[[length(measured$rows) + 1]] <- data.frame(
    experiment, kind, chunk, side,
    setting = as.numeric(setting), value, unit
  )
  message(sprintf(
    "  %-10s %-7s chunk %-4s %-9s %8s %10.4g %s", experiment, kind, chunk, side,
    format(setting), value, unit
  ))
}

all_rows <- function() do.call(rbind, measured$rows)

rows_of <- function(...) {
  rows <- all_rows()
  asked <- list(...)
  for (name in names(asked)) {
    rows <- rows[rows[[name]] %in% asked[[name]], , drop = FALSE]
  }
  rows
}

value_of <- function(...) {
  value <- rows_of(...)$value
  if (length(value)) value[1] else NA
}

write_results <- function(folder) {
  utils::write.csv(all_rows(), file.path(folder, "results.csv"),
    row.names = FALSE
  )
  lines <- machine_lines()
  writeLines(lines, file.path(folder, "results.txt"))
  writeLines(lines)
}

# For programs to read. Of mirai's two ways the faster one counts.
machine_lines <- function() {
  lines <- character()
  add <- function(label, ...) {
    values <- c(...)
    if (anyNA(values) || !all(is.finite(values))) return()
    values <- vapply(values, function(v) format(signif(v, 4)), "")
    lines <<- c(lines, paste(c(label, values), collapse = " "))
  }
  rate <- function(...) value_of(experiment = "rates", ...)
  for (chunk in c("1", "auto")) {
    for (side in c("rcluster", "psock", "do", "dofuture", "doredis")) {
      add(
        sprintf("rate foreach chunk%s %s", chunk, side),
        rate(kind = "foreach", chunk = chunk, side = side)
      )
    }
  }
  map <- function(...) rate(kind = "map", chunk = "1", ...)
  add("rate map chunk1 rcluster", map(side = "rcluster"))
  mirai <- c(map(side = "mirai"), map(side = "direct"))
  if (!all(is.na(mirai))) add("rate map chunk1 mirai", max(mirai, na.rm = TRUE))
  add("rate map chunk1 crew", map(side = "crew"))
  add("rate map chunkauto rcluster", rate(
    kind = "map", chunk = "auto", side = "rcluster"
  ))
  latency <- function(side, unit) {
    value_of(experiment = "latency", side = side, unit = unit)
  }
  for (side in c("rcluster", "rcluster_map", "mirai", "mirai_dispatcher")) {
    add(paste("latency", side), latency(side, "ms"), latency(side, "ms p99"))
  }
  efficiency <- function(chunk, unit) {
    value_of(experiment = "efficiency", chunk = chunk, unit = unit)
  }
  for (chunk in c("1", "auto")) {
    add(paste0("efficiency 10ms chunk", chunk), efficiency(chunk, "%"))
    add(
      paste0("efficiency_idle_core 10ms chunk", chunk),
      efficiency(chunk, "% of one busy core")
    )
  }
  for (side in c("none", "rcluster", "doredis")) {
    add(paste("blocked 100MB", side), value_of(
      experiment = "blocked", side = side
    ))
  }
  for (side in c("rcluster", "doredis")) {
    for (unit in c("MB of Redis", "MB of coordinator")) {
      add(
        paste("memory 1e5", side, sub(".* ", "", unit)),
        value_of(experiment = "memory", side = side, unit = unit)
      )
    }
  }
  lines
}
