# What failed, for people who look at the queue: a coordinator tells it with its
# report. Tasks that succeed cost nothing.

most_failures <- 100 # that a queue keeps
most_told <- 10 # by a loop at a time
failures_ttl <- "604800" # seconds, from the last failure on
most_calls <- 20

# As they arrive, before it is their turn to be delivered.
note_failures <- function(job, results) {
  for (i in which(results$special)) {
    values <- results$values[[i]]
    for (k in which(vapply(values, inherits, NA, "error"))) {
      if (length(job$failures) >= most_told) return(invisible())
      iteration <- results$first[i] + k - 1
      # Odd conditions must not stop the loop.
      text <- tryCatch(failure_text(job$id, iteration, values[[k]]),
        error = function(e) NULL
      )
      job$failures[[length(job$failures) + 1]] <- text
    }
  }
}

# "JOB ITERATION TIME WORKER N", the call, N lines of calls that led there; the
# rest is the message.
failure_text <- function(id, iteration, error) {
  calls <- utils::tail(attr(error, "calls"), most_calls)
  call <- conditionCall(error)
  call <- if (is.null(call)) "" else deparse(call, nlines = 1)[1]
  worker <- text_or(attr(error, "worker"), "-")
  paste(c(
    sprintf(
      "%s %.0f %.0f %s %d", id, iteration, as.numeric(Sys.time()) * 1000,
      gsub("[[:space:]]", "_", worker), length(calls)
    ),
    one_line(c(call, calls)), substr(valid(conditionMessage(error)), 1, 1000)
  ), collapse = "\n")
}

one_line <- function(text) {
  substr(gsub("[[:space:]]+", " ", valid(text)), 1, 120)
}

# Whatever bytes a message has.
valid <- function(text) iconv(enc2utf8(text), "UTF-8", "UTF-8", sub = "?")

# Commands that tell what was noted since the last time.
failure_commands <- function(job) {
  texts <- unlist(job$failures)
  job$failures <- NULL
  if (!length(texts)) return(NULL)
  name <- key(job$queue, "failures")
  list(
    list(c("LPUSH", name, texts)),
    list(c("LTRIM", name, "0", as.character(most_failures - 1))),
    list(c("EXPIRE", name, failures_ttl))
  )
}

# The opposite of failure_text(), for several.
describe_failures <- function(texts) {
  Encoding(texts) <- "UTF-8"
  lines <- strsplit(texts, "\n", fixed = TRUE)
  head <- words_of(vapply(lines, `[`, "", 1))
  n <- as.integer(head(5))
  data.frame(
    time = as_time(as.numeric(head(3))), job = head(1),
    iteration = as.numeric(head(2)), worker = unknown_if(head(4), "-"),
    message = mapply_text(lines, n, function(text, n) text[-seq_len(n + 2)]),
    call = unknown_if(vapply(lines, `[`, "", 2), ""),
    calls = mapply_text(lines, n, function(text, n) text[seq_len(n) + 2])
  )
}

mapply_text <- function(lines, n, pick) {
  pasted <- function(text, n) paste(pick(text, n), collapse = "\n")
  as.character(unlist(Map(pasted, lines, n)))
}

unknown_if <- function(text, mark) ifelse(text == mark, NA_character_, text)
