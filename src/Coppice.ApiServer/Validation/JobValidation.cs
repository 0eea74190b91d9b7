using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Validation;

/// <summary>Jobs, and the templates of Jobs.</summary>
internal static class JobValidation
{
    private const int IndexedParallelismMax = 100_000;
    private const int FailedIndexesMax = 100_000;

    // Beyond so many completions with a limit for each index, the lists of indexes in the status must be kept short.
    private const int ManyCompletions = 100_000;
    private const int ParallelismOfManyMax = 10_000;
    private const int FailedIndexesOfManyMax = 10_000;

    private const int ManagerLengthMax = 63;

    /// <summary>A selector of the server's making, and the labels that go with it, as nobody else has them.</summary>
    public static Findings<FieldError> GeneratedSelector(Job job)
    {
        if (job.Spec.ManualSelector == true || job.Spec.Selector is not { } selector)
        {
            return [];
        }

        var (name, uid) = (job.Metadata.Name ?? "", job.Metadata.Uid ?? "");
        var path = FieldPath.Of("spec", "template", "metadata");
        var labels = job.Spec.Template.Metadata.Labels;
        var expected = ValueMap.Of((JobLabels.OldControllerUid, uid), (JobLabels.OldJobName, name), (JobLabels.ControllerUid, uid), (JobLabels.JobName, name));
        return
        [
            .. expected.OrderBy(one => one.Key.Contains('/') ? 1 : 0).SelectMany(one =>
                !labels.TryGetValue(one.Key, out var actual) ? [FieldError.Required(path.Child("labels").Key(one.Key), $"must be '{one.Value}'")]
                : actual != one.Value ? [FieldError.Invalid(path.Child("labels").Key(one.Key), labels, $"must be '{one.Value}'")]
                : Findings<FieldError>.None),
            .. FieldRules.If(
                CannotSelect(selector, expected),
                () => FieldError.Invalid(FieldPath.Of("spec", "selector"), selector, "`selector` not auto-generated")),
        ];
    }

    /// <summary>Whether a selector says something, and not these labels.</summary>
    public static bool CannotSelect(LabelSelector selector, ValueMap<string> labels) =>
        LabelValidation.Selector(FieldPath.Of("spec", "selector"), selector).Count == 0 && !LabelQuery.Of(selector).Matches(labels);

    /// <summary>The pod of each index has a host name of its own.</summary>
    public static Findings<FieldError> HostNames(Job job)
    {
        if (job.Spec is not { CompletionMode: CompletionMode.Indexed, Completions: > 0 and var completions })
        {
            return [];
        }

        var last = $"{job.Metadata.Name}-{completions - 1}";
        return FieldRules.If(Names.Label(last).Count > 0, () => FieldError.Invalid(
            FieldPath.Of("metadata", "name"), job.Metadata.Name, $"will not able to create pod with invalid DNS label: {last}"));
    }

    public static Findings<FieldError> Spec(FieldPath path, JobSpec spec) =>
    [
        .. FieldRules.NotNegative(path.Child("parallelism"), spec.Parallelism),
        .. FieldRules.NotNegative(path.Child("completions"), spec.Completions),
        .. FieldRules.NotNegative(path.Child("activeDeadlineSeconds"), spec.ActiveDeadlineSeconds),
        .. FieldRules.NotNegative(path.Child("backoffLimit"), spec.BackoffLimit),
        .. FieldRules.NotNegative(path.Child("ttlSecondsAfterFinished"), spec.TtlSecondsAfterFinished),
        .. FieldRules.NotNegative(path.Child("backoffLimitPerIndex"), spec.BackoffLimitPerIndex),
        .. FieldRules.NotNegative(path.Child("maxFailedIndexes"), spec.MaxFailedIndexes),
        .. FieldRules.If(
            spec is { MaxFailedIndexes: not null, BackoffLimitPerIndex: null },
            () => FieldError.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified")),
        .. ManagedBy(path.Child("managedBy"), spec.ManagedBy),
        .. FieldRules.OneOfIfSet(path.Child("completionMode"), spec.CompletionMode, CompletionMode.NonIndexed, CompletionMode.Indexed),
        .. spec.CompletionMode == CompletionMode.Indexed ? Indexed(path, spec) : NotIndexed(path, spec),
        .. spec.PodFailurePolicy is { } failure ? JobPolicyValidation.Failure(path.Child("podFailurePolicy"), spec, failure) : [],
        .. spec.SuccessPolicy is { } success ? JobPolicyValidation.Success(path.Child("successPolicy"), spec, success) : [],
        .. Replacement(path.Child("podReplacementPolicy"), spec),
        .. PodTemplateValidation.Validate(path.Child("template"), spec.Template),
        .. Restarts(path.Child("template", "spec", "restartPolicy"), spec),
    ];

    private static Findings<FieldError> ManagedBy(FieldPath path, string? manager)
    {
        if (manager is null)
        {
            return [];
        }

        var slash = manager.IndexOf('/');
        Findings<FieldError> errors = slash <= 0 || slash == manager.Length - 1
            ? [FieldError.Invalid(path, manager, "must be a domain-prefixed path (such as \"acme.io/foo\")")]
            : FieldRules.Named(path, manager[..slash], Names.Subdomain);
        errors.AddRange(FieldRules.If(manager.Length > ManagerLengthMax, () => FieldError.TooLong(path, ManagerLengthMax)));
        return errors;
    }

    private static Findings<FieldError> Indexed(FieldPath path, JobSpec spec)
    {
        var isMany = spec.Completions > ManyCompletions && spec.BackoffLimitPerIndex is not null;
        var many = $"when completions are above {ManyCompletions} and used with backoff limit per index";
        var (failed, parallelism) = (path.Child("maxFailedIndexes"), path.Child("parallelism"));
        return
        [
            .. FieldRules.If(spec.Completions is null, () => FieldError.Required(path.Child("completions"), "when completion mode is Indexed")),
            .. FieldRules.If(spec.Parallelism > IndexedParallelismMax, () => FieldError.Invalid(
                parallelism, spec.Parallelism, $"must be less than or equal to {IndexedParallelismMax} when completion mode is Indexed")),
            .. FieldRules.If(
                spec.MaxFailedIndexes > spec.Completions, () => FieldError.Invalid(failed, spec.MaxFailedIndexes, "must be less than or equal to completions")),
            .. FieldRules.If(
                spec.MaxFailedIndexes > FailedIndexesMax,
                () => FieldError.Invalid(failed, spec.MaxFailedIndexes, $"must be less than or equal to {FailedIndexesMax}")),
            .. FieldRules.If(
                isMany && spec.MaxFailedIndexes is null,
                () => FieldError.Required(failed, $"must be specified when completions is above {ManyCompletions}")),
            .. FieldRules.If(
                isMany && spec.Parallelism > ParallelismOfManyMax,
                () => FieldError.Invalid(parallelism, spec.Parallelism, $"must be less than or equal to {ParallelismOfManyMax} {many}")),
            .. FieldRules.If(
                isMany && spec.MaxFailedIndexes > FailedIndexesOfManyMax,
                () => FieldError.Invalid(failed, spec.MaxFailedIndexes, $"must be less than or equal to {FailedIndexesOfManyMax} {many}")),
        ];
    }

    private static Findings<FieldError> NotIndexed(FieldPath path, JobSpec spec)
    {
        const string Why = "requires indexed completion mode";
        return
        [
            .. FieldRules.If(
                spec.BackoffLimitPerIndex is not null, () => FieldError.Invalid(path.Child("backoffLimitPerIndex"), spec.BackoffLimitPerIndex, Why)),
            .. FieldRules.If(spec.MaxFailedIndexes is not null, () => FieldError.Invalid(path.Child("maxFailedIndexes"), spec.MaxFailedIndexes, Why)),
        ];
    }

    private static Findings<FieldError> Replacement(FieldPath path, JobSpec spec) => spec switch
    {
        { PodReplacementPolicy: null } => [],
        { PodFailurePolicy: not null } => FieldRules.OneOf(path, spec.PodReplacementPolicy, PodReplacementPolicy.Failed),
        _ => FieldRules.OneOf(path, spec.PodReplacementPolicy, PodReplacementPolicy.Failed, PodReplacementPolicy.TerminatingOrFailed),
    };

    private static Findings<FieldError> Restarts(FieldPath path, JobSpec spec) => spec.Template.Spec.RestartPolicy switch
    {
        null or "" or RestartPolicy.Always => [FieldError.Required(path, "valid values: \"OnFailure\", \"Never\"")],
        RestartPolicy.OnFailure when spec.PodFailurePolicy is not null =>
            [FieldError.Invalid(path, RestartPolicy.OnFailure, "only \"Never\" is supported when podFailurePolicy is specified")],
        RestartPolicy.OnFailure or RestartPolicy.Never => [],
        var other => [FieldError.NotSupported(path, other, RestartPolicy.OnFailure, RestartPolicy.Never)],
    };
}
