using System.Text.Json;
using Coppice.ApiServer.Admission.Webhooks;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Expressions;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Cel;
using Coppice.Cel.Libraries;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>Tries policies on requests: what must hold is said in expressions, and what becomes of what does not by their bindings.</summary>
internal sealed class ValidatingPolicies(PolicySource source, PolicyMatching matching, PolicyParameters parameters, ObjectStorage storage, Authorizer authorizer)
    : IValidatingAdmission
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    public bool Handles(WriteOperation operation) => true;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var policies = await source.NowAsync(stop);
        if (policies.Count == 0 || AdmissionTarget.IsExempt(request))
        {
            return;
        }

        var target = AdmissionTarget.Of(request, request.Key.Name.Length > 0 ? request.Key.Name : item?.Metadata.Name ?? "");
        var verdict = new PolicyVerdict(request, target);
        foreach (var (policy, bindings) in policies)
        {
            await TryAsync(policy, bindings, new(request, target, item, old), verdict, stop);
        }

        verdict.Finish();
    }

    /// <summary>What is admitted or not.</summary>
    private sealed record Subject(WriteRequest Request, AdmissionTarget Target, KubernetesObject? Item, KubernetesObject? Old);

    private async ValueTask TryAsync(ReadyPolicy policy, IReadOnlyList<ReadyBinding> bindings, Subject subject, PolicyVerdict verdict, CancellationToken stop)
    {
        if (await matching.MatchAsync(policy.Match, everythingWithoutRules: false, subject.Target, (subject.Item, subject.Old), stop) is not { } shown)
        {
            return;
        }

        PolicyInput? input = null;
        foreach (var binding in bindings)
        {
            if (binding.Match is { } match && await matching.MatchAsync(match, everythingWithoutRules: true, subject.Target, (subject.Item, subject.Old), stop) is null)
            {
                continue;
            }

            try
            {
                var space = subject.Target.IsNamespace ? "" : subject.Target.Namespace;
                var found = await parameters.FindAsync(policy.Definition.Spec.ParamKind, binding.Terms.Spec.ParamRef, space, stop);
                input ??= await SeeAsync(subject, shown, space, stop);
                foreach (var one in found)
                {
                    Evaluate(policy, binding, input, one, verdict);
                }
            }
            catch (PolicyConfigurationException e)
            {
                verdict.Misconfigured(policy, binding, e.Message);
            }
        }
    }

    private async ValueTask<PolicyInput> SeeAsync(Subject subject, AdmissionTarget shown, string space, CancellationToken stop)
    {
        var (request, target) = (subject.Request, subject.Target);

        // From here on roles are in memory, so that expressions are answered at once.
        await authorizer.PolicyAsync(stop);
        var objects = await ShownObjects.OfAsync(target, shown, subject.Item, subject.Old, stop);
        var question = JsonSerializer.SerializeToElement(AdmissionReviews.QuestionOf(target, shown, request), ApiJson.TypeInfo<AdmissionRequest>());
        var within = space.Length == 0 ? null : (KubernetesObject?)(await storage.GetAsync(Namespaces, new("", space), stop)).Item;
        var ask = new AuthorizerValue(new ExpressionAuthorizer(authorizer, request.User));
        return new(
            request.Connection ?? objects.Item,
            objects.Old,
            question,
            within is null ? null : PolicyInput.Json(within),
            ask,
            ask.Of(shown.Kind.Group, shown.Kind.Resource, shown.Subresource, space, shown.Name));
    }

    private static void Evaluate(ReadyPolicy policy, ReadyBinding binding, PolicyInput input, JsonElement? parameters, PolicyVerdict verdict)
    {
        var conditions = new PolicyEvaluation(policy, input, parameters, CelLimits.MatchConditionsPerRequest);
        switch (Matches(policy, conditions))
        {
            case { Error: { } error }:
                verdict.Failed(policy, binding, error);
                return;
            case { IsMeant: false }:
                return;
        }

        var evaluation = new PolicyEvaluation(policy, input, parameters, CelLimits.PerRequest);
        for (var i = 0; i < policy.Validations.Count; i++)
        {
            var validation = policy.Validations[i];
            var (value, error) = evaluation.Evaluate(validation.Condition);
            if (error is not null)
            {
                verdict.Failed(policy, binding, error, i);
            }
            else if (value != Cel.Values.BoolValue.True)
            {
                verdict.Denied(policy, binding, PolicyMessage.Of(validation, evaluation), validation.Terms.Reason, i);
            }

            if (evaluation.IsExhausted)
            {
                return;
            }
        }

        foreach (var (key, expression) in policy.Annotations)
        {
            verdict.Annotated(policy, binding, key, evaluation.Evaluate(expression));
        }
    }

    /// <summary>One condition that is false is enough, whatever goes wrong with the others.</summary>
    private static (bool IsMeant, string? Error) Matches(ReadyPolicy policy, PolicyEvaluation evaluation)
    {
        var errors = new List<string>();
        foreach (var condition in policy.Conditions)
        {
            var (value, error) = evaluation.Evaluate(condition);
            if (value == Cel.Values.BoolValue.False)
            {
                return (false, null);
            }

            if (error is not null)
            {
                errors.Add(error);
            }
        }

        return errors.Count == 0 ? (true, null) : !policy.Fails ? (false, null) : (true, errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
    }
}
