//! An organization trail that no control of the catalogue finds fault with.

pub(crate) mod alarms;
pub(crate) mod destinations;
mod tampering;

use jiff::{SignedDuration, Timestamp};

use crate::digest::{digest, uuid};
use crate::world::{Account, Key, KeyReaders, LogGroup, LogStream, Organization, Trail, TrailStatus, World, before};

use destinations::{buckets, let_deliver, settle, stream};

impl World {
    /// Makes an organization trail sound under every control of the catalogue. What the trail names and is there already
    /// stays and is completed; the rest is made:
    ///
    /// - in the archive account its bucket (private, its access logged, locked for ten years) and its key (rotating, its
    ///   policy confined to the trail), both in the trail's home Region;
    /// - in the management account its log group (protected, under the key) with the streams of every account that has a
    ///   copy, the role that delivers, fifteen metric filters, an alarm on each, and the topic they tell, with a confirmed
    ///   subscription;
    /// - on the trail Insights and tags; in the Organization trusted access for CloudTrail and a policy at the root against
    ///   tampering.
    ///
    /// Of several Regions the last one is quiet, which is no fault. Nothing happens when the management account has no such
    /// trail.
    pub fn make_sound(&mut self, trail: &str, archive: &str, as_of: Timestamp) {
        let Some(found) = self.organization_trails().find(|known| known.name == trail) else {
            return;
        };
        let (mut sound, made) = (found.clone(), before(as_of, SignedDuration::from_hours(24 * 900)));
        settle(&mut sound);
        self.quieten(&mut sound, as_of);
        self.trust_cloudtrail(made);
        self.deny_tampering();
        let (management, organization) = (self.management_account().to_owned(), self.organization.clone());
        if let Some(archive) = self.accounts.get_mut(archive) {
            provide_key(archive, &mut sound, &organization, made);
            provide_buckets(archive, &sound, made);
        }
        let streams = self.streams(&sound, made);
        if let Some(owner) = self.accounts.get_mut(&management) {
            provide_log_group(owner, &mut sound, streams, made);
            let_deliver(
                owner,
                &sound,
                &[format!("{management}_CloudTrail_"), format!("{}_", organization.id)],
            );
            alarms::provide(owner, &sound, made);
            let same = |known: &&mut Trail| known.organization && known.name == trail;
            if let Some(known) = owner.trails.iter_mut().find(same) {
                *known = sound;
            }
        }
    }

    /// The last Region but the home Region: nothing happened there for nine days, and digests say so.
    fn quieten(&self, trail: &mut Trail, as_of: Timestamp) {
        let mut others = self.regions.iter().filter(|region| region.name != trail.home_region);
        let Some(region) = others.next_back().filter(|_| trail.multi_region) else {
            return;
        };
        let long_ago = Some(before(as_of, SignedDuration::from_hours(24 * 9)));
        let quiet = TrailStatus {
            latest_delivery: long_ago,
            latest_log_group_delivery: long_ago,
            ..trail.status.clone()
        };
        trail.regional_status.insert(region.name.clone(), quiet);
    }

    fn trust_cloudtrail(&mut self, made: Timestamp) {
        self.organization.all_features = true;
        let service = "cloudtrail.amazonaws.com".to_owned();
        self.organization.trusted_services.entry(service).or_insert(made);
    }

    fn deny_tampering(&mut self) {
        let policy = tampering::policy(&self.organization);
        let organization = &mut self.organization;
        organization.service_control_policies = true;
        if !organization.policies.iter().any(|known| known.id == policy.id) {
            organization.policies.push(policy);
        }
    }

    /// What came in: of every account that has a copy in the home Region from there, of the owner from all Regions.
    fn streams(&self, trail: &Trail, made: Timestamp) -> Vec<LogStream> {
        let (owner, organization) = (self.management_account(), &self.organization.id);
        let arn = trail.arn(owner);
        let delivers = |account: &Account, region: &str| {
            account.state.answers()
                && self
                    .region_status(account, region)
                    .is_some_and(crate::world::RegionStatus::answers)
                && (account.id == owner || account.has_copy(&arn, region))
                && (account.id == owner || trail.home_region == region)
        };
        let mut streams = Vec::new();
        for account in self.accounts.values() {
            for region in self.regions.iter().map(|region| &region.name) {
                if trail.records_in(region) && delivers(account, region) {
                    let status = account.status_of_copy(&arn, region).unwrap_or(trail.status_in(region));
                    let name = format!("{organization}_{}_CloudTrail_{region}", account.id);
                    streams.extend(stream(
                        &name,
                        status.latest_log_group_delivery,
                        made.max(account.joined),
                    ));
                }
            }
        }
        streams
    }
}

fn provide_key(archive: &mut Account, trail: &mut Trail, organization: &Organization, made: Timestamp) {
    let named = |key: &Key| trail.kms_key_id.as_ref() == Some(&key.arn(&archive.id));
    let position = archive.keys.iter().position(named).unwrap_or_else(|| {
        let id = uuid(&digest(&["trail key", &archive.id, &trail.name]));
        let mut key = Key::new(&id, &trail.home_region, made);
        key.readers = KeyReaders::Organization;
        archive.keys.push(key);
        archive.keys.len() - 1
    });
    let key = &mut archive.keys[position];
    key.rotation_days = Some(365);
    let policy = key.policy_confined_to(&trail.arn(&organization.management_account), &archive.id, organization);
    key.policy = Some(policy);
    trail.kms_key_id = Some(key.arn(&archive.id));
}

fn provide_buckets(archive: &mut Account, trail: &Trail, made: Timestamp) {
    let made = buckets(&trail.bucket, &trail.home_region, made);
    archive
        .buckets
        .retain(|known| made.iter().all(|bucket| bucket.name != known.name));
    archive.buckets.extend(made);
}

fn provide_log_group(owner: &mut Account, trail: &mut Trail, streams: Vec<LogStream>, made: Timestamp) {
    let named = |group: &LogGroup| trail.log_group_arn == Some(format!("{}:*", group.arn(&owner.id)));
    let position = owner.log_groups.iter().position(named).unwrap_or_else(|| {
        let name = format!("CloudTrail/{}", trail.name);
        owner.log_groups.push(LogGroup::new(&name, &trail.home_region, made));
        owner.log_groups.len() - 1
    });
    let group = &mut owner.log_groups[position];
    group.deletion_protected = true;
    group.kms_key_id = group.kms_key_id.take().or_else(|| trail.kms_key_id.clone());
    group.streams = streams;
    trail.log_group_arn = Some(format!("{}:*", group.arn(&owner.id)));
    let role = format!("arn:aws:iam::{}:role/CloudTrail_CloudWatchLogs_Role", owner.id);
    trail.log_group_role_arn.get_or_insert(role);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, ORGANIZATION_TRAIL, between, now, world};

    fn sound() -> World {
        let mut world = world();
        world.make_sound("everybody", MEMBER, now());
        world
    }

    fn trail(world: &World) -> &Trail {
        &world.accounts[MANAGEMENT].trails[0]
    }

    #[test]
    fn the_archive_keeps_the_log_files_and_their_key() {
        let world = sound();
        let member = Caller::member(&world);
        let ask = |part: &str| String::from_utf8(member.get(&format!("/everybody-logs?{part}")).body).unwrap();
        assert_eq!(between(&ask("object-lock"), "Years"), "10");
        assert_eq!(between(&ask("versioning"), "MfaDelete"), "Enabled");
        assert_eq!(between(&ask("policyStatus"), "IsPublic"), "false");
        assert_eq!(between(&ask("logging"), "TargetBucket"), "everybody-logs-access");
        let key = json!({"KeyId": trail(&world).kms_key_id});
        assert_eq!(
            member.ask("kms", "GetKeyRotationStatus", &key).1["KeyRotationEnabled"],
            true
        );
        let policy = member.ask("kms", "GetKeyPolicy", &key).1["Policy"].clone();
        let policy: Value = serde_json::from_str(policy.as_str().unwrap()).unwrap();
        assert_eq!(
            policy["Statement"][1]["Condition"]["StringEquals"]["aws:SourceArn"],
            json!([ORGANIZATION_TRAIL])
        );
    }

    #[test]
    fn every_filter_has_an_alarm_that_tells_somebody() {
        let world = sound();
        let owner = &world.accounts[MANAGEMENT];
        let group = &owner.log_groups[0];
        assert_eq!((group.metric_filters.len(), owner.alarms.len()), (15, 15));
        let topic = owner.topics[0].arn(MANAGEMENT);
        assert!(
            owner
                .alarms
                .iter()
                .all(|alarm| alarm.actions_enabled && alarm.alarm_actions == [topic.clone()])
        );
        let form = format!("Action=ListSubscriptionsByTopic&TopicArn={topic}");
        let told = String::from_utf8(Caller::auditor(&world).form("sns", &form).body).unwrap();
        assert!(between(&told, "SubscriptionArn").starts_with(&topic));
    }

    #[test]
    fn streams_are_those_of_the_accounts_that_have_a_copy() {
        let names = |world: &World| {
            let streams = world.accounts[MANAGEMENT].log_groups[0].streams.iter();
            streams.map(|stream| stream.name.clone()).collect::<Vec<_>>()
        };
        let member = format!("o-exampleorg1_{MEMBER}_CloudTrail_us-east-1");
        assert_eq!(
            names(&sound()).len(),
            4,
            "three Regions of the owner, and one of the member"
        );
        assert!(names(&sound()).contains(&member));
        let mut without = world();
        without
            .accounts
            .get_mut(MEMBER)
            .unwrap()
            .lose_copies_of(ORGANIZATION_TRAIL);
        without.make_sound("everybody", MANAGEMENT, now());
        assert!(!names(&without).contains(&member));
    }

    #[test]
    fn a_quiet_region_still_has_digests() {
        let world = sound();
        let quiet = trail(&world).status_in("af-south-1");
        assert!(quiet.latest_delivery < trail(&world).status.latest_delivery);
        assert_eq!(
            quiet.latest_digest_delivery,
            trail(&world).status.latest_digest_delivery
        );
        assert_eq!(trail(&world).regional_status.len(), 1);
    }

    #[test]
    fn what_is_there_stays_and_twice_is_once() {
        let mut world = world();
        let owner = world.accounts.get_mut(MANAGEMENT).unwrap();
        let mut group = LogGroup::new("everybodys", "us-east-1", now());
        group.retention_days = Some(400);
        owner.trails[0].log_group_arn = Some(format!("{}:*", group.arn(MANAGEMENT)));
        owner.log_groups.push(group);
        world.make_sound("everybody", MEMBER, now());
        assert_eq!(world.accounts[MANAGEMENT].log_groups.len(), 1);
        assert_eq!(world.accounts[MANAGEMENT].log_groups[0].retention_days, Some(400));
        let once = format!("{world:?}");
        world.make_sound("everybody", MEMBER, now());
        assert_eq!(format!("{world:?}"), once);
        world.make_sound("nobody", MEMBER, now());
        assert_eq!(format!("{world:?}"), once);
    }
}
