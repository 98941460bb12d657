# A progress bar: each iteration sends a condition along with its result.

tick <- function() {
  structure(
    class = c("doRedis_tick", "message", "condition"),
    list(message = "", call = NULL)
  )
}

show_progress <- function(total, expr, run) {
  expr <- bquote({
    base::message(.(tick()))
    .(expr)
  })
  bar <- if (!is.na(total) && total > 0) txtProgressBar(0, total, style = 3)
  done <- 0
  on.exit(if (is.null(bar)) cat("\n") else close(bar))
  withCallingHandlers(run(expr), doRedis_tick = function(condition) {
    done <<- done + 1
    if (is.null(bar)) {
      cat("\r", done, " done", sep = "")
    } else {
      setTxtProgressBar(bar, done)
    }
    invokeRestart("muffleMessage")
  })
}

# The number of iterations, where it can be told without touching an iterator.
count_iterations <- function(obj) {
  if (inherits(obj, "xforeach")) return(NA)
  lengths <- lapply(obj$args, function(arg) {
    plain <- all(all.names(as.expression(arg)) %in% c(
      ":", "seq", "seq_len", "seq_along", "c", "-", "+", "(",
      all.vars(as.expression(arg))
    ))
    if (!plain) return(NA)
    value <- tryCatch(eval(arg, obj$evalenv), error = function(e) NULL)
    known <- !is.null(value) && !is.object(value) && !is.array(value)
    if (known) length(value) else NA
  })
  min(unlist(lengths))
}
