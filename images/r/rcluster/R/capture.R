# What tasks say, kept in order: output, messages and warnings.

captured <- new.env(parent = emptyenv())
most_captured <- 1000

# Called once, with nothing on the stack of handlers.
start_capture <- function() {
  captured$events <- list()
  captured$text <- textConnection(NULL, "w")
  sink(captured$text)
  globalCallingHandlers(
    # An interrupt in here would find no handler of the task's.
    immediateCondition = function(c) {
      suspendInterrupts(keep_news(c))
      if (inherits(c, "message")) tryInvokeRestart("muffleMessage")
      if (inherits(c, "warning")) tryInvokeRestart("muffleWarning")
    },
    warning = function(w) {
      keep_event(w)
      tryInvokeRestart("muffleWarning")
    },
    message = function(m) {
      keep_event(m)
      tryInvokeRestart("muffleMessage")
    }
  )
}

keep_event <- function(event) {
  keep_output()
  n <- length(captured$events)
  if (n < most_captured) {
    captured$events[[n + 1]] <- event
  } else if (n == most_captured) {
    captured$events[[n + 1]] <- sprintf(
      "[more than %d messages: the rest is cut]\n", n
    )
  }
}

keep_output <- function() {
  if (isIncomplete(captured$text)) cat("\n")
  lines <- textConnectionValue(captured$text)
  if (!length(lines)) return(invisible())
  sink()
  close(captured$text)
  captured$text <- textConnection(NULL, "w")
  sink(captured$text)
  text <- paste0(lines, "\n", collapse = "")
  captured$events[[length(captured$events) + 1]] <- text
}

# What was captured since the last time.
take_captured <- function() {
  keep_output()
  events <- captured$events
  if (length(events)) captured$events <- list()
  events
}

# At the coordinator: as if it happened there.
replay <- function(events) {
  for (event in events) {
    if (is.character(event)) cat(event) else signal_event(event)
  }
}

signal_event <- function(event) {
  if (inherits(event, "warning")) {
    warning(event)
  } else if (inherits(event, "message")) {
    message(event)
  } else {
    withRestarts(signalCondition(event), muffleProgression = function(...) NULL)
  }
}
