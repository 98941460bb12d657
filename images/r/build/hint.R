# Which Debian package to suggest for what a build misses.

escaped <- function(text) gsub("([.+*?^$(){}|\\\\])", "\\\\\\1", text)

shortest <- function(x) x[order(nchar(x))][seq_len(min(1, length(x)))]

# The library's name in what is missing: gsl/gsl_sf.h, gsl-config, libxml-2.0.
stems <- function(kind, missing) {
  parts <- switch(kind,
    header = c(dirname(missing), sub("[.][a-z+]*$", "", basename(missing))),
    script = sub("-config$", "", missing),
    missing
  )
  parts <- sub("[0-9.-]+$", "", sub("^lib", "", tolower(parts)))
  unique(parts[nzchar(parts)])
}

guess_package <- function(kind, missing, known) {
  if (kind == "command") return(intersect(missing, known))
  for (stem in stems(kind, missing)) {
    form <- sprintf("^lib%s[0-9.-]*(-openssl)?-dev$", escaped(stem))
    found <- shortest(grep(form, known, value = TRUE))
    if (length(found)) return(found)
  }
}

# Debian's lists of files are large, and asked for last.
search_files <- function(missing) {
  quietly <- function(command, ...) {
    system2(command, c(...), stdout = FALSE, stderr = FALSE) == 0
  }
  if (!quietly(file.path(build, "apt.sh"), "apt-file") ||
        !quietly("apt-get", "update")) {
    return(NULL)
  }
  for (kind in names(missing)) {
    pattern <- sprintf(kinds[[kind]]$file, escaped(missing[[kind]]))
    found <- suppressWarnings(system2(
      "apt-file", c("search", "-l", "-x", shQuote(pattern)),
      stdout = TRUE, stderr = FALSE
    ))
    headers <- grep("-dev$", found, value = TRUE)
    found <- shortest(if (length(headers)) headers else found)
    if (length(found)) return(found)
  }
}

find_debian_package <- function(missing) {
  system2("apt-get", c("update", "-qq"), stdout = FALSE, stderr = FALSE)
  known <- system2("apt-cache", "pkgnames", stdout = TRUE)
  for (kind in names(missing)) {
    found <- guess_package(kind, missing[[kind]], known)
    if (length(found)) return(found[1])
  }
  search_files(missing)
}
