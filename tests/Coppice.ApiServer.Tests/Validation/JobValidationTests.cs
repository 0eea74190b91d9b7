using System.Text;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad Jobs and CronJobs, with the causes that Kubernetes gives.</summary>
public sealed class JobValidationTests
{
    private const string Template = """{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]}}""";

    [Theory]
    [InlineData("""{"template":T}""")]
    [InlineData("""{"template":T,"completionMode":"Indexed","completions":3,"backoffLimitPerIndex":1,"maxFailedIndexes":2}""")]
    [InlineData(
        """{"template":{"spec":{"containers":[{"name":"a","image":"a"}]}}}""",
        """spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never" """)]
    [InlineData(
        """{"template":T,"parallelism":-1,"completions":-1,"backoffLimit":-1}""",
        "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
        "spec.completions: Invalid value: -1: must be greater than or equal to 0",
        "spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"template":T,"completionMode":"Indexed","parallelism":2}""", "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData(
        """{"template":T,"backoffLimitPerIndex":1}""", "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [InlineData(
        """{"template":T,"completionMode":"Indexed","completions":3,"maxFailedIndexes":4}""",
        "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
        "spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions")]
    [InlineData("""{"template":T,"managedBy":"me"}""", """spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")""")]
    [InlineData(
        """{"template":T,"podReplacementPolicy":"Always"}""",
        """spec.podReplacementPolicy: Unsupported value: "Always": supported values: "Failed", "TerminatingOrFailed" """)]
    [InlineData(
        """{"template":T,"podFailurePolicy":{"rules":[{"action":"FailIndex","onExitCodes":{"operator":"In","values":[0,2,1]}},{"action":"Ignore"}]}}""",
        """spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set""",
        "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
        "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,2,1]: must be ordered",
        "spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required")]
    [InlineData(
        """{"template":T,"successPolicy":{"rules":[]},"completionMode":"Indexed","completions":3}""",
        "spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified")]
    [InlineData(
        """{"template":T,"successPolicy":{"rules":[{"succeededIndexes":"1-5"}]},"completionMode":"Indexed","completions":3}""",
        """spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1-5": error parsing succeededIndexes: too large index: "5" """)]
    [InlineData(
        """{"selector":{"matchExpressions":[{"key":"a","operator":"default"}]},"template":T}""",
        """spec.selector.matchExpressions[0].operator: Invalid value: "default": not a valid selector operator""")]
    public void A_job_is_refused_for(string spec, params string[] causes) =>
        AssertText(causes, Served.Strategy<Job>().Validate(Made($$$"""{"spec":{{{spec}}}}""")));

    [Fact]
    public void A_job_knows_its_pods_by_its_own_uid()
    {
        var job = Made($$$"""{"spec":{"template":{{{Template}}}}}""");

        Assert.Equal(ValueMap.Of(("batch.kubernetes.io/controller-uid", "u-1")), job.Spec.Selector!.MatchLabels);
        Assert.Equal(
            ValueMap.Of(("batch.kubernetes.io/controller-uid", "u-1"), ("batch.kubernetes.io/job-name", "work"), ("controller-uid", "u-1"), ("job-name", "work")),
            job.Spec.Template.Metadata.Labels);
        Assert.Equal((1, 1, 6, "NonIndexed", false, "TerminatingOrFailed"), (job.Spec.Completions, job.Spec.Parallelism, job.Spec.BackoffLimit, job.Spec.CompletionMode, job.Spec.Suspend, job.Spec.PodReplacementPolicy));
    }

    [Fact]
    public void What_a_job_runs_stays_as_it_is_but_for_where_and_with_what_while_it_is_suspended()
    {
        var old = Made($$$"""{"spec":{"suspend":true,"template":{{{Template}}}}}""");
        Job With(Func<Objects.Core.PodSpec, Objects.Core.PodSpec> change) =>
            old with { Spec = old.Spec with { Template = old.Spec.Template with { Spec = change(old.Spec.Template.Spec) } } };

        AssertText([], Validate(With(spec => spec with { NodeSelector = ValueMap.Of(("a", "b")) }), old));
        var larger = With(spec => spec with { Containers = spec.Containers.ConvertAll(one => one with { Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("2"))) } }) });
        AssertText([], Validate(larger, old));
        var running = old with { Status = new() { StartTime = DateTimeOffset.UnixEpoch, Active = 1 } };
        Assert.StartsWith("spec.template: Invalid value: ", Assert.Single(Validate(larger, running)).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("spec.template: Invalid value: ", Assert.Single(Validate(With(spec => spec with { RestartPolicy = "OnFailure" }), old)).ToString(), StringComparison.Ordinal);
        AssertText(
            ["spec.completions: Invalid value: 3: field is immutable"],
            Validate(old with { Spec = old.Spec with { Completions = 3 } }, old));
    }

    [Theory]
    [InlineData("""{"active":-1,"failed":2}""", "status.active: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"failed":1}""", "status.failed: Invalid value: 1: cannot decrease the failed counter")]
    [InlineData(
        """{"failed":2,"conditions":[{"type":"Complete","status":"True"}]}""",
        "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
        "status.completionTime: Required value: completionTime is required for Complete jobs",
        "status.startTime: Required value: startTime is required for finished job")]
    [InlineData(
        """{"failed":2,"completedIndexes":"0"}""",
        """status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode""")]
    public void A_jobs_status_is_refused_for(string status, params string[] causes)
    {
        var old = Made($$$"""{"spec":{"template":{{{Template}}}}}""") with { Status = new() { Failed = 2 } };
        var item = old with { Status = ApiJson.Read<JobStatus>(Encoding.UTF8.GetBytes(status)) };

        AssertText(causes, Served.Strategy<Job>().ValidateStatusUpdate(item, old));
    }

    [Theory]
    [InlineData("""{"schedule":"*/5 * * * *","timeZone":"Europe/Berlin","jobTemplate":{"spec":{"template":T}}}""")]
    [InlineData("""{"schedule":"","jobTemplate":{"spec":{"template":T}}}""", "spec.schedule: Required value")]
    [InlineData(
        """{"schedule":"* * * *","jobTemplate":{"spec":{"template":T}}}""",
        """spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]""")]
    [InlineData(
        """{"schedule":"CRON_TZ=UTC 0 23 * * *","jobTemplate":{"spec":{"template":T}}}""",
        """spec.schedule: Invalid value: "CRON_TZ=UTC 0 23 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead""")]
    [InlineData(
        """{"schedule":"@daily","timeZone":"Mars/Olympus","jobTemplate":{"spec":{"template":T}}}""",
        """spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus""")]
    [InlineData(
        """{"schedule":"@daily","concurrencyPolicy":"Perhaps","jobTemplate":{"spec":{"template":T}}}""",
        """spec.concurrencyPolicy: Unsupported value: "Perhaps": supported values: "Allow", "Forbid", "Replace" """)]
    [InlineData(
        """{"schedule":"@daily","jobTemplate":{"spec":{"selector":{},"manualSelector":true,"template":T}}}""",
        "spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated",
        """spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false" """)]
    public void A_cron_job_is_refused_for(string spec, params string[] causes) =>
        AssertText(causes, Served.Strategy<CronJob>().Validate(Read<CronJob>($$$"""{"metadata":{"name":"tick"},"spec":{{{spec}}}}""")));

    [Fact]
    public void A_cron_jobs_name_leaves_room_for_the_time() => AssertText(
        [$"metadata.name: Invalid value: \"{new string('a', 53)}\": must be no more than 52 characters"],
        Served.Strategy<CronJob>().Validate(Read<CronJob>("""{"metadata":{"name":"NAME"},"spec":{"schedule":"@daily","jobTemplate":{"spec":{"template":T}}}}""".Replace("NAME", new string('a', 53), StringComparison.Ordinal))));

    private static IReadOnlyList<Coppice.ApiServer.Errors.FieldError> Validate(Job item, Job old) => Served.Strategy<Job>().ValidateUpdate(item, old);

    private static Job Made(string manifest)
    {
        var job = Read<Job>(manifest);
        return (Job)Served.Strategy<Job>().PrepareForCreate(job with { Metadata = job.Metadata with { Name = "work", Uid = "u-1" } });
    }

    private static T Read<T>(string manifest) where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest.Replace(":T}", $":{Template}}}", StringComparison.Ordinal).Replace(":T,", $":{Template},", StringComparison.Ordinal))));

    private static void AssertText(string[] causes, IReadOnlyList<Coppice.ApiServer.Errors.FieldError> errors) =>
        Assert.Equal(causes.Select(c => c.TrimEnd()), errors.Select(e => e.ToString()));
}
