<?php
/**
 * What the plugin tells the platform of posts: their statuses and deletions as they happen, other changes when a request is over.
 *
 * A status or a deletion is in the queue before the hook returns, so whatever dies afterwards it will be sent. Sending is tried
 * when the request is over, and by WP-Cron each minute; where WP-Cron is off, any request to the site picks up what is due.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Network;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Structure;
use WP_Post;

const CRON_HOOK = 'igny8_bridge_every_minute';

/** Statuses in which a post is not there yet, or is no post of its own. */
const UNTOLD_STATUSES = [ 'new', 'auto-draft', 'inherit' ];

/** Of a title this many characters are told. */
const TITLE_LENGTH = 1000;

/** Listen to the posts, and send. */
function bootstrap(): void {
	add_action( 'transition_post_status', __NAMESPACE__ . '\\note_status', 20, 3 );
	add_action( 'after_delete_post', __NAMESPACE__ . '\\note_deletion', 20, 2 );
	add_filter( 'cron_schedules', __NAMESPACE__ . '\\add_schedule' ); // phpcs:ignore WordPress.WP.CronInterval -- events are to arrive within a minute.
	add_action( 'admin_init', __NAMESPACE__ . '\\keep_scheduled' );
	add_action( CRON_HOOK, __NAMESPACE__ . '\\send_in_background' );
	add_action( CRON_HOOK, 'IGNY8\\Bridge\\Identity\\forget_old_ids' );
	add_action( 'shutdown', __NAMESPACE__ . '\\send_after_the_response', PHP_INT_MAX );
	register_deactivation_hook( \IGNY8\Bridge\FILE, __NAMESPACE__ . '\\unschedule' );
}

/** Remember the platform's command that is being carried out, or read it. */
function command( ?array $set = null ): array {
	static $command = [];
	if ( null !== $set ) {
		$command = $set;
	}
	return $command;
}

/** Begin to mark what happens to a post as caused by the platform. */
function begin_command( string $operation_id, int $content_id, int $post_id ): void {
	command( compact( 'operation_id', 'content_id', 'post_id' ) );
}

/** End it. */
function end_command(): void {
	command( [] );
}

/** Queue an event when a post changed its status. */
function note_status( $new_status, $old_status, $post ): void {
	if ( ! $post instanceof WP_Post || $new_status === $old_status || is_internal( $post->post_type ) ) {
		return;
	}
	list( $content_id, $operation_id ) = origin( (int) $post->ID );
	if ( $content_id || is_told_of( $post->post_type, (string) $new_status ) ) {
		enqueue( 'post.status_changed', describe( $post, $content_id, $operation_id, (string) $new_status, (string) $old_status ) );
	}
}

/** Queue an event when a post was deleted for good. */
function note_deletion( $post_id, $post ): void {
	if ( ! $post instanceof WP_Post || is_internal( $post->post_type ) ) {
		return;
	}
	list( $content_id, $operation_id ) = origin( (int) $post_id );
	if ( $content_id || is_told_of( $post->post_type, $post->post_status ) ) {
		enqueue( 'post.deleted', describe( $post, $content_id, $operation_id, 'deleted', $post->post_status ) );
	}
}

/** Tell whether the platform wants to hear of posts of a type that did not come from it. */
function is_told_of( string $post_type, string $status ): bool {
	return ! in_array( $status, UNTOLD_STATUSES, true ) && in_array( $post_type, Structure\synced_types(), true );
}

/** Recognise what WordPress keeps as posts though nobody reads it: revisions, menu items, files and their like. */
function is_internal( string $post_type ): bool {
	$type = get_post_type_object( $post_type );
	return $type && $type->_builtin && ( ! $type->public || 'attachment' === $post_type );
}

/**
 * Tell which content a post is, and which command is at work on it.
 *
 * @return array{0:int,1:string}
 */
function origin( int $post_id ): array {
	$command = command();
	if ( $command && $command['post_id'] === $post_id ) {
		return [ $command['content_id'], $command['operation_id'] ];
	}
	return [ Publishing\content_of_post( $post_id ), '' ];
}

/** Tell which command is at work on a post, '' if none is. */
function origin_of_change( int $post_id ): string {
	$command = command();
	return $command && $command['post_id'] === $post_id ? $command['operation_id'] : '';
}

/** Describe a post as the protocol does. */
function describe( WP_Post $post, int $content_id, string $operation_id, string $status, string $previous ): array {
	$modified = strtotime( $post->post_modified_gmt . ' +0000' );
	return [
		'post_id'         => (int) $post->ID,
		'content_id'      => $content_id,
		'post_status'     => $status,
		'previous_status' => $previous,
		'post_url'        => (string) get_permalink( $post ),
		'post_title'      => mb_substr( $post->post_title, 0, TITLE_LENGTH ),
		'post_type'       => $post->post_type,
		'modified_gmt'    => Rest\rfc3339( 1000 * ( $modified > 0 ? $modified : time() ) ),
		'operation_id'    => $operation_id,
		'site_url'        => Connection\site_address(),
	];
}

/** Offer WordPress a schedule of one minute. */
function add_schedule( array $schedules ): array {
	$schedules['igny8_bridge_minute'] = [
		'interval' => MINUTE_IN_SECONDS,
		'display'  => __( 'Every minute (IGNY8)', 'igny8-wp-bridge' ),
	];
	return $schedules;
}

/** Keep the schedule while the site is connected. */
function keep_scheduled(): void {
	if ( ! wp_next_scheduled( CRON_HOOK ) && Connection\is_paired() && ! Safe_Mode\is_on() ) {
		wp_schedule_event( time() + MINUTE_IN_SECONDS, 'igny8_bridge_minute', CRON_HOOK );
	}
}

/** End the schedule when the plugin is switched off; on a network, of as many blogs as it prepares at once. */
function unschedule( $network_wide = false ): void {
	foreach ( $network_wide && is_multisite() ? Network\first_blogs() : [ get_current_blog_id() ] as $blog ) {
		Network\in_blog( $blog, static function () { wp_clear_scheduled_hook( CRON_HOOK ); } ); // phpcs:ignore Squiz.Functions -- short.
	}
}
