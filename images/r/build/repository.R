# The CRAN-like repository: build argument REPOS, else R's own choice.
repository <- function() {
  url <- Sys.getenv("REPOS")
  if (!nzchar(url)) url <- getOption("repos")[["CRAN"]]
  if (identical(url, "@CRAN@")) url <- utils::findCRANmirror("src")
  sub("/+$", "", url)
}

# Servers of ready-made packages tell by this which ones fit.
use_repository <- function() {
  version <- getRversion()
  agent <- sprintf(
    "R/%s R (%s)", version,
    paste(version, R.version$platform, R.version$arch, R.version$os)
  )
  options(
    repos = c(CRAN = repository()), HTTPUserAgent = agent, timeout = 600
  )
}

# For people to read: a private repository's password stays out of logs.
repository_shown <- function() sub("//[^/@]*@", "//", repository())

# Some of the index's formats may be missing; only none at all is an error.
read_index <- function(...) {
  why <- "no package list"
  index <- withCallingHandlers(
    utils::available.packages(type = "source", ...),
    warning = function(w) {
      why <<- gsub("\\s+", " ", conditionMessage(w))
      invokeRestart("muffleWarning")
    }
  )
  if (nrow(index)) return(index)
  fail("the CRAN repository ", repository_shown(), " cannot be read: ", why)
}

fetch <- function(url, file) {
  got <- tryCatch(
    utils::download.file(url, file, quiet = TRUE, mode = "wb"),
    error = function(e) 1, warning = function(w) 1
  )
  if (got != 0) unlink(file)
  got == 0
}

# A named version is among the current packages or in the archive.
fetch_version <- function(name, version, folder) {
  tarball <- sprintf("%s_%s.tar.gz", name, version)
  contrib <- utils::contrib.url(repository(), "source")
  file <- file.path(folder, tarball)
  fetch(file.path(contrib, tarball), file) ||
    fetch(file.path(contrib, "Archive", name, tarball), file)
}

tarball_description <- function(file, name) {
  folder <- tempfile()
  member <- file.path(name, "DESCRIPTION")
  utils::untar(file, member, exdir = folder)
  read.dcf(file.path(folder, member))[1, ]
}
