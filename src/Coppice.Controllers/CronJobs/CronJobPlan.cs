using Coppice.Objects.Batch;

namespace Coppice.Controllers.CronJobs;

/// <summary>Something to be told of a CronJob.</summary>
internal readonly record struct CronNews(string Type, string Reason, string Message);

/// <param name="Delete">Jobs that give way to a new one, or are too old to be kept.</param>
/// <param name="Create">The Job to be made; null for none.</param>
/// <param name="Status">As it is before the Job is made.</param>
/// <param name="DueAt">The time that the Job is made for.</param>
/// <param name="NextLookAt">When the next Job is due; null for never.</param>
internal sealed record CronJobPlan(
    IReadOnlyList<Job> Delete, Job? Create, DateTimeOffset? DueAt, CronJobStatus Status, IReadOnlyList<CronNews> News, DateTimeOffset? NextLookAt);
