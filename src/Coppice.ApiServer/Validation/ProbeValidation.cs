using Coppice.ApiServer.Errors;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Probes, and what is done when a container starts and stops.</summary>
internal static class ProbeValidation
{
    /// <summary>A probe whose first success decides: liveness and startup.</summary>
    public static Findings<FieldError> Health(FieldPath path, Probe? probe)
    {
        var errors = Findings<FieldError>.None;
        errors.AddRange(Common(path, probe));

        if (probe is not null && probe.SuccessThreshold != 1)
        {
            errors.Add(FieldError.Invalid(path.Child("successThreshold"), probe.SuccessThreshold, "must be 1"));
        }

        return errors;
    }

    public static Findings<FieldError> Readiness(FieldPath path, Probe? probe)
    {
        var errors = Findings<FieldError>.None;
        errors.AddRange(Common(path, probe));

        if (probe?.TerminationGracePeriodSeconds is { } seconds)
        {
            errors.Add(FieldError.Invalid(path.Child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes"));
        }

        return errors;
    }

    /// <param name="grace">In seconds: how long the pod has for its end; a pause may not be longer.</param>
    public static Findings<FieldError> Lifecycle(FieldPath path, Lifecycle? lifecycle, long? grace) => lifecycle is null
        ? []
        :
        [
            .. lifecycle.PostStart is { } start ? Hook(path.Child("postStart"), start, grace) : [],
            .. lifecycle.PreStop is { } stop ? Hook(path.Child("preStop"), stop, grace) : [],
        ];

    private static Findings<FieldError> Common(FieldPath path, Probe? probe) => probe is null
        ? []
        :
        [
            .. OneHandler(
                path,
                ("exec", probe.Exec is not null),
                ("httpGet", probe.HttpGet is not null),
                ("tcpSocket", probe.TcpSocket is not null),
                ("grpc", probe.Grpc is not null)),
            .. Exec(path.Child("exec"), probe.Exec),
            .. Get(path.Child("httpGet"), probe.HttpGet),
            .. probe.TcpSocket is { } socket ? FieldRules.PortOrName(path.Child("tcpSocket", "port"), socket.Port) : [],
            .. probe.Grpc is { } grpc ? FieldRules.Port(path.Child("grpc", "port"), grpc.Port) : [],
            .. FieldRules.NotNegative(path.Child("initialDelaySeconds"), probe.InitialDelaySeconds),
            .. FieldRules.NotNegative(path.Child("timeoutSeconds"), probe.TimeoutSeconds),
            .. FieldRules.NotNegative(path.Child("periodSeconds"), probe.PeriodSeconds),
            .. FieldRules.NotNegative(path.Child("successThreshold"), probe.SuccessThreshold),
            .. FieldRules.NotNegative(path.Child("failureThreshold"), probe.FailureThreshold),
            .. probe.TerminationGracePeriodSeconds <= 0
                ? [FieldError.Invalid(path.Child("terminationGracePeriodSeconds"), probe.TerminationGracePeriodSeconds, "must be greater than 0")]
                : Findings<FieldError>.None,
        ];

    private static Findings<FieldError> Hook(FieldPath path, LifecycleHandler hook, long? grace) =>
    [
        .. OneHandler(
            path,
            ("exec", hook.Exec is not null),
            ("httpGet", hook.HttpGet is not null),
            ("tcpSocket", hook.TcpSocket is not null),
            ("sleep", hook.Sleep is not null)),
        .. Exec(path.Child("exec"), hook.Exec),
        .. Get(path.Child("httpGet"), hook.HttpGet),
        .. hook.TcpSocket is { } socket ? FieldRules.PortOrName(path.Child("tcpSocket", "port"), socket.Port) : [],
        .. FieldRules.If(
            hook.Sleep?.Seconds < 0 || hook.Sleep?.Seconds > grace,
            () => FieldError.Invalid(
                path.Child("sleep"), hook.Sleep!.Seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})")),
    ];

    private static Findings<FieldError> OneHandler(FieldPath path, params ReadOnlySpan<(string Field, bool Set)> handlers)
    {
        var errors = Findings<FieldError>.None;
        var found = false;
        foreach (var (field, set) in handlers)
        {
            if (set && found)
            {
                errors.Add(FieldError.Forbidden(path.Child(field), "may not specify more than 1 handler type"));
            }

            found |= set;
        }

        return found ? errors : [FieldError.Required(path, "must specify a handler type")];
    }

    private static Findings<FieldError> Exec(FieldPath path, ExecAction? exec) =>
        exec is { Command.IsEmpty: true } ? [FieldError.Required(path.Child("command"))] : [];

    private static Findings<FieldError> Get(FieldPath path, HTTPGetAction? get) => get is null
        ? []
        :
        [
            .. FieldRules.Required(path.Child("path"), get.Path),
            .. FieldRules.PortOrName(path.Child("port"), get.Port),
            .. FieldRules.OneOf(path.Child("scheme"), get.Scheme, URIScheme.HTTP, URIScheme.HTTPS),
            .. FieldRules.Each(path.Child("httpHeaders"), get.HttpHeaders, (at, header) => Header(at.Child("name"), header.Name)),
        ];

    private static Findings<FieldError> Header(FieldPath path, string name)
    {
        var errors = Findings<FieldError>.None;
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            errors.Add(FieldError.Invalid(
                path,
                name,
                "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"));
        }

        return errors;
    }
}
