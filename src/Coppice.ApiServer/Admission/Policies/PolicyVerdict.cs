using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Requests;
using Coppice.Cel.Values;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>One evaluation of an expression of a policy.</summary>
/// <param name="Expression">Its place among the validations.</param>
internal sealed record ExpressionTrial(int Expression, TimeSpan Took)
{
    /// <summary>What went wrong with it, in the words of metrics.</summary>
    public string ErrorType { get; init; } = ExpressionErrors.None;
}

/// <summary>What all policies together say of a request: the first refusal is told, warnings and notes for the audit log are all said.</summary>
internal sealed class PolicyVerdict(WriteRequest request, AdmissionTarget target, AdmissionMetrics metrics)
{
    private const string FailureKey = "validation.policy.admission.k8s.io/validation_failure";

    // In bytes; longer values are cut.
    private const int NoteBytesMax = 10 * 1024;

    private const int Unprocessable = 422;

    private readonly Dictionary<string, List<string>> _notes = new(StringComparer.Ordinal);

    private string? _failure;

    private ApiError? _refusal;

    /// <summary>A policy can't be applied as it is bound.</summary>
    public void Misconfigured(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string why)
    {
        if (policy.Fails)
        {
            Refuse(policy, binding, why, null);
        }
    }

    /// <summary>An expression could not be evaluated.</summary>
    public void Failed(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string why, ExpressionTrial trial)
    {
        var type = ExpressionErrors.TypeOf(why);
        if (policy.Fails)
        {
            Denied(policy, binding, why, null, trial with { ErrorType = type });
        }
        else
        {
            Count("allow", policy, binding, trial with { ErrorType = type });
        }
    }

    /// <summary>Something does not hold, or should be taken as if it did not.</summary>
    public void Denied(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string message, string? reason, ExpressionTrial trial)
    {
        foreach (var action in binding.Actions)
        {
            Count(action.ToLowerInvariant(), policy, binding, trial);
            switch (action)
            {
                case ValidationAction.Deny:
                    Refuse(policy, binding, message, reason);
                    break;
                case ValidationAction.Warn:
                    request.Notes?.Warn($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}': {message}");
                    break;
                case ValidationAction.Audit:
                    _failure ??= Show(policy, binding, message, trial.Expression);
                    break;
            }
        }
    }

    public void Annotated(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string key, (CelValue? Value, string? Error) found)
    {
        if (found.Error is not null && policy.Fails)
        {
            Refuse(policy, binding, found.Error, null);
        }
        else if (found.Value is StringValue text && text.Value.Trim() is { Length: > 0 } note)
        {
            var notes = _notes.TryGetValue($"{policy.Name}/{key}", out var known) ? known : _notes[$"{policy.Name}/{key}"] = [];
            var value = Cut(note);
            if (!notes.Contains(value))
            {
                notes.Add(value);
            }
        }
    }

    /// <exception cref="ApiError">The request is refused.</exception>
    public void Finish()
    {
        foreach (var (key, values) in _notes)
        {
            request.Notes?.Annotate(key, string.Join(", ", values));
        }

        if (_failure is not null)
        {
            request.Notes?.Annotate(FailureKey, _failure);
        }

        if (_refusal is not null)
        {
            throw _refusal;
        }
    }

    private void Count(string action, ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, ExpressionTrial trial)
    {
        metrics.Checks.Of(action, trial.ErrorType, policy.Name, binding.Name).Add(TimeSpan.Zero);
        metrics.CheckDurations.Of(action, trial.ErrorType, policy.Name, binding.Name).Add(trial.Took);
    }

    private void Refuse(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string why, string? reason)
    {
        if (_refusal is not null)
        {
            return;
        }

        var message = $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name}' denied request: {why}";
        var forbidden = ApiErrors.Forbidden(request.Resource, target.Name, message).Status;
        reason ??= "Invalid";
        _refusal = new ApiError(forbidden with
        {
            Reason = reason,
            Code = reason switch
            {
                "Unauthorized" => 401,
                "Forbidden" => 403,
                "RequestEntityTooLarge" => 413,
                _ => Unprocessable,
            },
            Details = (forbidden.Details ?? new()) with { Causes = [new ApiStatusCause { Message = message }] },
        });
    }

    private static string Show(ReadyPolicy<ValidatingRules> policy, ReadyBinding binding, string message, int expression)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("message", message);
            writer.WriteString("policy", policy.Name);
            writer.WriteString("binding", binding.Name);
            writer.WriteNumber("expressionIndex", expression);
            writer.WriteStartArray("validationActions");
            foreach (var action in binding.Actions)
            {
                writer.WriteStringValue(action);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Cut(string text) => text.Length <= NoteBytesMax / 4 || Encoding.UTF8.GetByteCount(text) <= NoteBytesMax
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan(0, NoteBytesMax)).TrimEnd('\uFFFD');
}
