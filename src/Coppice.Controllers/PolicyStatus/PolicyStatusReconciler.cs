using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.Controllers.PolicyStatus;

/// <summary>Tells in the status of each policy of admission what of its expressions does not fit the kinds that it is about: once a generation.</summary>
/// <param name="check">What does not fit.</param>
internal sealed class PolicyStatusReconciler(
    IApiClient api, CacheSet caches, Func<ValidatingAdmissionPolicySpec, ValueList<ExpressionWarning>> check, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<ValidatingAdmissionPolicy> _policies = caches.Of<ValidatingAdmissionPolicy>();

    public Controller Declare(Controller controller) => controller.Watches(_policies);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_policies.Find(key) is { } policy && policy.Metadata.Generation > (policy.Status?.ObservedGeneration ?? 0))
        {
            var status = (policy.Status ?? new()) with
            {
                ObservedGeneration = policy.Metadata.Generation, TypeChecking = new() { ExpressionWarnings = check(policy.Spec) },
            };
            await _policies.ExpectAsync(await api.UpdateStatusAsync(policy with { Status = status }, stop), time, stop);
        }

        return ReconcileResult.Done;
    }
}
