# A cluster_info in 80 columns.

most_rows <- 20
most_shown <- 5 # failures

#' @export
print.cluster_info <- function(x, ...) {
  cat(sprintf(
    "queue %s: %s, %.0f waiting, %.0f running, %.0f failed, %s a second\n",
    shorten(x$queue, 20), plural(nrow(x$workers), "worker"), x$waiting,
    x$running, x$failed, format(x$rate, digits = 3)
  ))
  ago <- function(since) in_words(as.numeric(x$time) - as.numeric(since))
  jobs <- x$jobs
  number <- match(x$workers$job, jobs$job)
  task <- ifelse(is.na(number), "", paste0(
    "#", number, ": ", sprintf("%.0f", x$workers$iteration)
  ))
  if (nrow(x$pools) > 1) print_table(x$pools, "pools")
  print_table(data.frame(
    process = process_of(x$workers, 17), pool = shorten(x$workers$pool, 8),
    state = x$workers$state, task = task,
    "for" = ago(x$workers$since), done = x$workers$done,
    MB = round(x$workers$memory), check.names = FALSE
  ), "workers")
  print_table(data.frame(
    "#" = seq_len(nrow(jobs)), coordinator = process_of(jobs, 18),
    "for" = ago(jobs$since), waiting = jobs$waiting, running = jobs$running,
    done = jobs$done, of = jobs$total, failed = jobs$failed, check.names = FALSE
  ), "jobs")
  print_failures(utils::head(x$failures, most_shown), ago)
  invisible(x)
}

print_failures <- function(failures, ago) {
  print_table(data.frame(
    ago = ago(failures$time), worker = shorten(failures$worker, 16),
    iteration = failures$iteration,
    message = shorten(one_line(failures$message), 38)
  ), "last failures")
}

process_of <- function(table, most) {
  text <- shorten(paste0(table$host, ":", table$pid), most)
  ifelse(is.na(table$host), "", text)
}

print_table <- function(table, title) {
  n <- nrow(table)
  if (n == 0) return(invisible())
  cat("\n", title, "\n", sep = "")
  shown <- utils::head(table, most_rows)
  columns <- Map(format_column, shown, names(shown))
  writeLines(paste0(" ", do.call(paste, c(unname(columns), sep = "  "))))
  if (n > most_rows) cat(sprintf(" and %d more\n", n - most_rows))
}

# Numbers to the right, text to the left.
format_column <- function(column, name) {
  text <- format(column, trim = TRUE, scientific = FALSE)
  text[is.na(column)] <- ""
  formatC(c(name, text),
    width = max(nchar(c(name, text))),
    flag = if (is.numeric(column)) "" else "-"
  )
}

# The beginning and the end: names of hosts differ at either.
shorten <- function(text, most) {
  n <- nchar(text)
  short <- paste0(
    substr(text, 1, most %/% 2), "~", substr(text, n - (most - 1) %/% 2 + 1, n)
  )
  ifelse(!is.na(text) & n > most, short, text)
}

plural <- function(n, word) sprintf("%d %s%s", n, word, if (n == 1) "" else "s")

# "12 s", "3 min", "2 h", "5 d"; "" for NA.
in_words <- function(seconds) {
  unit <- findInterval(seconds, c(0, 100, 100 * 60, 48 * 3600))
  amount <- floor(pmax(seconds, 0) / c(1, 60, 3600, 86400)[pmax(unit, 1)])
  text <- paste(sprintf("%.0f", amount), c("s", "min", "h", "d")[pmax(unit, 1)])
  ifelse(is.na(seconds), "", text)
}
