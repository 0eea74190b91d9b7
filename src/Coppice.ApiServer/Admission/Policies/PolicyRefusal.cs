using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission.Policies;

/// <summary>What went wrong with the policies that change a request. The first decides how it is refused; all are told as causes.</summary>
internal sealed class PolicyRefusal(WriteRequest request, AdmissionTarget target)
{
    private readonly List<string> _messages = [];

    private string _reason = "";

    /// <summary>A policy that lets pass what goes wrong is not told of.</summary>
    public void Add(PolicyApplication<MutatingRules> one, string why, string reason)
    {
        if (!one.Policy.Fails)
        {
            return;
        }

        _reason = _messages.Count == 0 ? reason : _reason;
        _messages.Add($"policy '{one.Policy.Name}' with binding '{one.Binding.Name}' denied request: {why}");
    }

    /// <exception cref="ApiError">Something went wrong. It is forbidden, whatever its reason.</exception>
    public void Finish()
    {
        if (_messages.Count == 0)
        {
            return;
        }

        var forbidden = ApiErrors.Forbidden(request.Resource, target.Name, _messages[0]).Status;
        throw new ApiError(forbidden with
        {
            Message = _messages[0],
            Reason = _reason,
            Details = (forbidden.Details ?? new()) with { Causes = [.. _messages.Select(message => new ApiStatusCause { Message = message })] },
        });
    }
}
