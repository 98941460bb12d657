# What a failed build's log says is missing. Each kind has the pattern that
# tells, the way to show it and the file of a Debian package that holds it.
kinds <- list(
  header = list(
    tells = "fatal error: ([^: ]+): No such file",
    shows = "%s", file = "/include/(.*/)?%s$"
  ),
  script = list(
    tells = "([A-Za-z0-9_.+-]+-config)\\W*(script |command )?not found",
    shows = "%s", file = "/bin/%s$"
  ),
  module = list(
    tells = paste0(
      "(?:No package '|Package '?)([^', ]+)'?",
      "(?:, required by[^,]*,| was)?(?: not)? found"
    ),
    shows = "pkg-config %s", file = "/pkgconfig/%s\\.pc$"
  ),
  library = list(
    tells = "cannot find -l([A-Za-z0-9_+.-]+?):?(?: |$)",
    shows = "-l%s", file = "/lib%s\\.(so|a)$"
  ),
  command = list(
    tells = paste0(
      "(?:sh|bash|line [0-9]+): (?:[0-9]+: )?",
      "([a-z][a-z0-9+_-]+)(?<!-config): .*not found"
    ),
    shows = "command %s", file = "/bin/%s$"
  )
)

first_match <- function(pattern, log) {
  found <- regmatches(log, regexec(pattern, log, perl = TRUE))
  found <- Filter(length, found)
  if (length(found)) found[[1]][2]
}

find_missing <- function(log) {
  found <- lapply(kinds, function(kind) first_match(kind$tells, log))
  Filter(Negate(is.null), found)
}

debian_hint <- function(missing, log) {
  said <- first_match("\\* deb: ([a-z0-9.+-]+)", log)
  if (length(said)) return(said)
  if (length(missing)) find_debian_package(missing)
}

last_error <- function(log) {
  at <- grep("(^|[: ])(error:|Error|ERROR:?) ", log)[1]
  if (is.na(at)) return("see above")
  lines <- log[at + 0:grepl(": *$", log[at])]
  paste(trimws(lines), collapse = " ")
}

did_not_build <- function(name, log, requires = NA) {
  missing <- find_missing(log)
  hint <- debian_hint(missing, log)
  why <- if (length(missing)) {
    show <- function(kind, x) sprintf(kinds[[kind]]$shows, x)
    shown <- Map(show, names(missing), missing)
    sprintf("system library missing (%s)", paste(shown, collapse = " / "))
  } else if (length(hint)) {
    "system library missing"
  } else {
    last_error(log)
  }
  if (!is.na(requires)) {
    requires <- gsub("\\s+", " ", requires)
    why <- paste0(why, "; its SystemRequirements: ", requires)
  }
  advice <- if (length(hint)) {
    sprintf(". Add the Debian package %s to images/r/apt.txt", hint)
  } else if (length(missing) || !is.na(requires)) {
    ". Add the Debian package that holds it to images/r/apt.txt"
  }
  paste0("package ", quoted(name), " did not build: ", why, advice)
}
