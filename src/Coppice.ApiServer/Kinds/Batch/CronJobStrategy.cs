using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

/// <summary>CronJobs.</summary>
internal sealed class CronJobStrategy : KindStrategy<CronJob>
{
    /// <summary>A Job is called after its CronJob and its time, which takes eleven letters of the 63 that there are.</summary>
    private const int NameLengthMax = 52;

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override CronJob Default(CronJob item) => item with
    {
        Spec = item.Spec with
        {
            ConcurrencyPolicy = item.Spec.ConcurrencyPolicy ?? ConcurrencyPolicy.Allow,
            Suspend = item.Spec.Suspend ?? false,
            SuccessfulJobsHistoryLimit = item.Spec.SuccessfulJobsHistoryLimit ?? 3,
            FailedJobsHistoryLimit = item.Spec.FailedJobsHistoryLimit ?? 1,
            JobTemplate = item.Spec.JobTemplate with { Spec = JobStrategy.Default(item.Spec.JobTemplate.Spec) },
        },
    };

    public override CronJob PrepareForCreate(CronJob item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override CronJob PrepareForUpdate(CronJob item, CronJob old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override CronJob PrepareForStatusUpdate(CronJob item, CronJob old) => item with { Spec = old.Spec, Metadata = StatusMetadata(item, old) };

    public override Findings<FieldError> Validate(CronJob item) =>
    [
        .. Spec(item.Spec, null),
        .. FieldRules.If(
            item.Metadata.Name?.Length > NameLengthMax,
            () => FieldError.Invalid(FieldPath.Of("metadata", "name"), item.Metadata.Name, $"must be no more than {NameLengthMax} characters")),
    ];

    public override Findings<FieldError> ValidateUpdate(CronJob item, CronJob old) => Spec(item.Spec, old.Spec);

    public override IEnumerable<string> Warnings(CronJob item) =>
        JobStrategy.Warnings(SpecPath.Child("jobTemplate", "spec"), item.Spec.JobTemplate.Spec);

    public override IEnumerable<string> WarningsOnCreate(CronJob item) => PodWarnings.OfMaker(item.Metadata.Name);

    private static Findings<FieldError> Spec(CronJobSpec spec, CronJobSpec? old)
    {
        var job = SpecPath.Child("jobTemplate", "spec");
        return
        [
            .. Schedule(SpecPath.Child("schedule"), spec, old),
            .. FieldRules.NotNegative(SpecPath.Child("startingDeadlineSeconds"), spec.StartingDeadlineSeconds),
            .. spec.TimeZone is { } zone && zone != old?.TimeZone && !TimeZones.TryFind(zone, out _, out var why)
                ? [FieldError.Invalid(SpecPath.Child("timeZone"), zone, why)]
                : Findings<FieldError>.None,
            .. FieldRules.OneOf(
                SpecPath.Child("concurrencyPolicy"), spec.ConcurrencyPolicy, ConcurrencyPolicy.Allow, ConcurrencyPolicy.Forbid, ConcurrencyPolicy.Replace),
            .. JobValidation.Spec(job, spec.JobTemplate.Spec),
            .. spec.JobTemplate.Spec.Selector is { } selector
                ? [FieldError.Invalid(job.Child("selector"), selector, "`selector` will be auto-generated")]
                : Findings<FieldError>.None,
            .. FieldRules.If(
                spec.JobTemplate.Spec.ManualSelector == true, () => FieldError.NotSupported(job.Child("manualSelector"), true, "nil", "false")),
            .. FieldRules.NotNegative(SpecPath.Child("successfulJobsHistoryLimit"), spec.SuccessfulJobsHistoryLimit),
            .. FieldRules.NotNegative(SpecPath.Child("failedJobsHistoryLimit"), spec.FailedJobsHistoryLimit),
        ];
    }

    private static Findings<FieldError> Schedule(FieldPath path, CronJobSpec spec, CronJobSpec? old)
    {
        if (spec.Schedule.Length == 0)
        {
            return [FieldError.Required(path)];
        }

        var text = spec.Schedule;
        var namesZone = text.Contains("TZ", StringComparison.Ordinal);
        var mayNameZone = old?.Schedule.Contains("TZ", StringComparison.Ordinal) == true;
        // With a zone before it, what is behind must still be a schedule.
        var bare = text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal) ? text[(text.IndexOf(' ') + 1)..] : text;
        return
        [
            .. !CronSchedule.TryParse(bare, out _, out var why) ? [FieldError.Invalid(path, text, why)] : Findings<FieldError>.None,
            .. FieldRules.If(namesZone && !mayNameZone, () => FieldError.Invalid(path, text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")),
            .. FieldRules.If(
                namesZone && mayNameZone && spec.TimeZone is not null,
                () => FieldError.Invalid(path, text, "cannot use both timeZone field and TZ or CRON_TZ in schedule")),
        ];
    }
}
