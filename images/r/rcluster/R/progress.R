# How far a loop has come, on standard error: one line that is written over in
# an interactive session, a line now and then in a log.
#
# `options(rcluster.progress = FALSE)` turns it off.

new_progress <- function() {
  list2env(
    list(
      shown = getOption("rcluster.progress", TRUE), began = now(),
      last = now(), wrote = FALSE
    ),
    parent = emptyenv()
  )
}

show_progress <- function(progress, done, running) {
  if (!isTRUE(progress$shown)) return(invisible())
  every <- if (interactive()) 0.5 else 30
  if (now() - progress$last < every || now() - progress$began < 2) {
    return(invisible())
  }
  progress$last <- now()
  progress$wrote <- interactive()
  text <- sprintf(
    "rcluster: %.0f done, %.0f sent, %.0f s", done, running,
    now() - progress$began
  )
  cat(if (interactive()) paste0("\r", text, "   ") else paste0(text, "\n"),
    file = stderr()
  )
}

end_progress <- function(progress) {
  blank <- paste0("\r", strrep(" ", 60), "\r")
  if (progress$wrote) cat(blank, file = stderr())
}
