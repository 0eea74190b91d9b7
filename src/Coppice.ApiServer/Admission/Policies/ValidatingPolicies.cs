using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Requests;
using Coppice.Cel;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>Tries policies on requests: what must hold is said in expressions, and what becomes of what does not by their bindings.</summary>
internal sealed class ValidatingPolicies(
    PolicySource<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingRules> source, PolicyApplications applications, RequestInputs inputs, AdmissionMetrics metrics)
    : IValidatingAdmission
{
    public string Name => "ValidatingAdmissionPolicy";

    public bool Handles(WriteOperation operation) => true;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var policies = await source.NowAsync(stop);
        if (policies.Count == 0 || AdmissionTarget.IsExempt(request))
        {
            return;
        }

        var target = AdmissionTarget.Of(request, request.Key.Name.Length > 0 ? request.Key.Name : item?.Metadata.Name ?? "");
        var subject = new AdmissionSubject(request, target, item, old);
        var verdict = new PolicyVerdict(request, target, metrics);
        var seen = new Dictionary<AdmissionTarget, RequestInput>();
        foreach (var one in await applications.FindAsync(policies, subject, stop))
        {
            if (one.Problem is { } problem)
            {
                verdict.Misconfigured(one.Policy, one.Binding, problem);
                continue;
            }

            if (!seen.TryGetValue(one.Shown, out var input))
            {
                seen[one.Shown] = input = await inputs.WithNamespaceAsync(
                    await inputs.OfAsync(subject, one.Shown, await ShownObjects.OfAsync(subject, one.Shown, stop), stop), target, stop);
            }

            Try(one, input, target.Operation, verdict);
        }

        verdict.Finish();
    }

    private void Try(PolicyApplication<ValidatingRules> one, RequestInput input, string operation, PolicyVerdict verdict)
    {
        var (policy, binding, parameters) = (one.Policy, one.Binding, one.Parameters?.Json);
        switch (policy.Conditions.Try(input, parameters, new(metrics, "policy", policy.Name, operation)))
        {
            case { Error: { } error }:
                verdict.Failed(policy, binding, error, new(0, TimeSpan.Zero));
                return;
            case { IsMeant: false }:
                return;
        }

        Evaluate(one, new RequestEvaluation(input, policy.Variables, parameters, CelLimits.PerRequest), verdict);
    }

    private void Evaluate(PolicyApplication<ValidatingRules> one, RequestEvaluation evaluation, PolicyVerdict verdict)
    {
        var (policy, binding, rules) = (one.Policy, one.Binding, one.Policy.Rules);
        for (var i = 0; i < rules.Validations.Count; i++)
        {
            var validation = rules.Validations[i];
            var began = metrics.Now;
            var (value, error) = evaluation.Evaluate(validation.Condition);
            var trial = new ExpressionTrial(i, metrics.Since(began));
            if (error is not null)
            {
                verdict.Failed(policy, binding, error, trial);
            }
            else if (value != Cel.Values.BoolValue.True)
            {
                verdict.Denied(policy, binding, PolicyMessage.Of(validation, evaluation), validation.Terms.Reason, trial);
            }

            if (evaluation.IsExhausted)
            {
                return;
            }
        }

        foreach (var (key, expression) in rules.Annotations)
        {
            verdict.Annotated(policy, binding, key, evaluation.Evaluate(expression));
        }
    }
}
