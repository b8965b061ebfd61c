//! The frozen form of version 1.

use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
pub(super) struct Document<R> {
    #[serde(rename = "assessment-results")]
    pub assessment_results: AssessmentResults<R>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentResults<R> {
    pub uuid: Uuid,
    pub metadata: Metadata,
    pub import_ap: ImportAp,
    pub local_definitions: Objectives,
    pub results: [R; 1],
    pub back_matter: BackMatter,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub title: String,
    pub last_modified: String,
    pub version: String,
    pub oscal_version: &'static str,
}

#[derive(Serialize)]
pub(super) struct ImportAp {
    pub href: String,
    pub remarks: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Objectives {
    pub objectives_and_methods: Vec<Objective>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Objective {
    pub control_id: String,
    pub description: String,
    pub props: Vec<Prop>,
    pub parts: [Part; 1],
}

#[derive(Serialize)]
pub(super) struct Part {
    pub id: String,
    pub name: &'static str,
    pub title: String,
    pub prose: String,
}

#[derive(Serialize)]
pub(super) struct Prop {
    pub name: &'static str,
    pub ns: &'static str,
    pub value: String,
}

/// `I`, `O`, `R` and `F` are lists of items, observations, risks and findings.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Result<I, O, R, F> {
    pub uuid: Uuid,
    pub title: String,
    pub description: &'static str,
    pub start: String,
    pub end: String,
    pub props: Vec<Prop>,
    pub links: [Link; 4],
    pub local_definitions: Assets<I>,
    pub reviewed_controls: ReviewedControls,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observations: Option<O>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risks: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<F>,
}

#[derive(Serialize)]
pub(super) struct Link {
    pub href: String,
    pub rel: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Assets<I> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory_items: Option<I>,
    pub assessment_assets: AssessmentAssets,
}

#[derive(Serialize)]
pub(super) struct Item {
    pub uuid: Uuid,
    pub description: String,
    pub props: Vec<Prop>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentAssets {
    pub components: [Component; 1],
    pub assessment_platforms: [Platform; 1],
}

#[derive(Serialize)]
pub(super) struct Component {
    pub uuid: Uuid,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub description: &'static str,
    pub props: Vec<Prop>,
    pub status: State,
}

#[derive(Serialize)]
pub(super) struct State {
    pub state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Platform {
    pub uuid: Uuid,
    pub uses_components: [UsesComponent; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct UsesComponent {
    pub component_uuid: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ReviewedControls {
    pub control_selections: [Controls; 1],
    pub control_objective_selections: [ObjectiveIds; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Controls {
    pub include_controls: Vec<ControlId>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ControlId {
    pub control_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ObjectiveIds {
    pub include_objectives: Vec<ObjectiveId>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ObjectiveId {
    pub objective_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Observation {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub props: Vec<Prop>,
    pub methods: [&'static str; 1],
    pub types: [&'static str; 1],
    pub origins: [Origin; 1],
    pub subjects: [Subject; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relevant_evidence: Vec<Evidence>,
    pub collected: String,
}

#[derive(Serialize)]
pub(super) struct Origin {
    pub actors: [Actor; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Actor {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub actor_uuid: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Subject {
    pub subject_uuid: Uuid,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Evidence {
    pub href: String,
    pub description: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Risk {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub statement: String,
    pub status: &'static str,
    pub related_observations: [RelatedObservation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedObservation {
    pub observation_uuid: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedRisk {
    pub risk_uuid: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Finding {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub props: Vec<Prop>,
    pub target: Target,
    pub related_observations: Vec<RelatedObservation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_risks: Vec<RelatedRisk>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Target {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "target-id")]
    pub id: String,
    pub title: String,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implementation_status: Option<State>,
}

#[derive(Serialize)]
pub(super) struct Status {
    pub state: &'static str,
    pub reason: &'static str,
    pub remarks: String,
}

#[derive(Serialize)]
pub(super) struct BackMatter {
    pub resources: [Resource; 4],
}

#[derive(Serialize)]
pub(super) struct Resource {
    pub uuid: Uuid,
    pub title: &'static str,
    pub rlinks: [Rlink; 1],
}

#[derive(Serialize)]
pub(super) struct Rlink {
    pub href: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub algorithm: &'static str,
    pub value: String,
}
