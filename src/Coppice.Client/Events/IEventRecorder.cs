using Coppice.Objects;

namespace Coppice.Client;

/// <summary>Writes down what happened to an object, for people to read. Never waits and never fails: an event is a courtesy.</summary>
public interface IEventRecorder
{
    /// <param name="type">"Normal" or "Warning".</param>
    /// <param name="reason">One CamelCase word.</param>
    /// <param name="fieldPath">The part of the object that is meant, as in "spec.containers{web}".</param>
    void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null);

    /// <summary>The same recorder for another teller, such as one of several controllers: "deployment-controller".</summary>
    /// <param name="api">By which its events are written: the teller's own client.</param>
    IEventRecorder As(string component, IApiClient api) => this;
}
