using Coppice.ApiServer.Admission.Evaluation;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.Requests;
using Coppice.Cel;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>
/// Changes what is asked for by policies, one after another: what is changed is said in expressions. Where one has changed the object,
/// everybody who mutates is asked once more, and of the policies those that want to see what others did after them.
/// </summary>
internal sealed class MutatingPolicies(
    PolicySource<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingRules> source, PolicyApplications applications, RequestInputs inputs, AdmissionMetrics metrics)
    : IRepeatedAdmission
{
    public string Name => "MutatingAdmissionPolicy";

    /// <summary>What is deleted is not changed.</summary>
    public bool Handles(WriteOperation operation) => operation != WriteOperation.Delete;

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        AdmitAsync(request, (item, old), new MutationRounds(), stop);

    public async ValueTask<KubernetesObject?> AdmitAsync(
        WriteRequest request, (KubernetesObject? Item, KubernetesObject? Old) objects, MutationRounds rounds, CancellationToken stop)
    {
        var policies = await source.NowAsync(stop);
        if (policies.Count == 0 || AdmissionTarget.IsExempt(request))
        {
            return objects.Item;
        }

        var subject = new AdmissionSubject(request, AdmissionTarget.Of(request, request.Key.Name), objects.Item, objects.Old);
        var memory = rounds.MemoryOf<RepeatedAsking>(this);
        memory.Begin(rounds, objects.Item);
        var refusal = new PolicyRefusal(request, subject.Target);
        var found = await applications.FindAsync(policies, subject, stop);
        foreach (var one in found.Where(one => one.Problem is not null))
        {
            refusal.Add(one, one.Problem!, StatusReason.Forbidden);
        }

        foreach (var one in found.Where(one => one.Problem is null))
        {
            var before = subject.Item;
            subject = await ChangeAsync(one, subject, (memory, rounds.IsSecond), refusal, stop);
            if (!Equals(before, subject.Item))
            {
                memory.SomethingChanged();
                rounds.AskAgain();
            }

            if (one.Policy.Rules.IsRepeated)
            {
                memory.Asked.Add(IdOf(one));
            }
        }

        refusal.Finish();
        memory.Last = subject.Item;
        return subject.Item;
    }

    private async ValueTask<AdmissionSubject> ChangeAsync(
        PolicyApplication<MutatingRules> one, AdmissionSubject subject, (RepeatedAsking Memory, bool IsSecond) round, PolicyRefusal refusal, CancellationToken stop)
    {
        var (isMeant, error) = one.Policy.Conditions.AreNone
            ? (true, null)
            : one.Policy.Conditions.Try(await SeeAsync(one, subject, stop), one.Parameters?.Json, new(metrics, "policy", one.Policy.Name, subject.Target.Operation));
        if (error is not null)
        {
            refusal.Add(one, error, StatusReason.Invalid);
            return subject;
        }

        if (!isMeant || subject.Item is null || (round.IsSecond && !round.Memory.Again.Contains(IdOf(one))))
        {
            return subject;
        }

        foreach (var mutation in one.Policy.Rules.Mutations)
        {
            var began = metrics.Now;
            try
            {
                subject = subject with { Item = await ChangeAsync(one, mutation, subject, stop) };
                Count(one, null, began);
            }
            catch (PolicyChangeException e)
            {
                refusal.Add(one, e.Message, StatusReason.Invalid);
                Count(one, e.Message, began);
            }
        }

        return subject;
    }

    private void Count(PolicyApplication<MutatingRules> one, string? error, long began)
    {
        var type = ExpressionErrors.TypeOf(error);
        metrics.Mutations.Of(type, one.Policy.Name, one.Binding.Name).Add(TimeSpan.Zero);
        metrics.MutationDurations.Of(type, one.Policy.Name, one.Binding.Name).Add(metrics.Since(began));
    }

    /// <exception cref="PolicyChangeException">The change can't be made.</exception>
    private async ValueTask<KubernetesObject> ChangeAsync(
        PolicyApplication<MutatingRules> one, ReadyMutation mutation, AdmissionSubject subject, CancellationToken stop)
    {
        var input = await inputs.WithNamespaceAsync(await SeeAsync(one, subject, stop), subject.Target, stop);
        var evaluation = new RequestEvaluation(input, one.Policy.Variables, one.Parameters?.Json, CelLimits.PerRequest);
        var (value, error) = evaluation.Evaluate(mutation.Expression);
        if (error is not null)
        {
            throw new PolicyChangeException(error);
        }

        var changed = mutation.IsApplied
            ? PolicyChanges.Apply(input.Item!.Value, ChangedObjects.KindOf(one.Shown), value!)
            : PolicyChanges.Patch(input.Item!.Value, value!, stop);
        try
        {
            return changed is null ? subject.Item! : await ChangedObjects.TakeAsync(subject, one.Shown, changed, stop);
        }
        catch (ApiError e)
        {
            // What a policy makes of an object may be none: that is its mistake, and not the server's.
            throw new PolicyChangeException(e.Status.Details is { Causes: [{ Message: { } why }, ..] } ? why : e.Message);
        }
    }

    private async ValueTask<RequestInput> SeeAsync(PolicyApplication<MutatingRules> one, AdmissionSubject subject, CancellationToken stop)
    {
        var sent = subject with { Item = ChangedObjects.AsSent(subject.Request, subject.Item) };
        return await inputs.OfAsync(sent, one.Shown, await ShownObjects.OfAsync(sent, one.Shown, stop), stop);
    }

    private static string IdOf(PolicyApplication<MutatingRules> one) => $"{one.Policy.Name}/{one.Binding.Name}/{one.Parameters?.Key}";
}
