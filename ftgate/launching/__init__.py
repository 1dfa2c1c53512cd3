"""From a verdict to a job: upload the judged bytes, create the job once, check its bill."""
