<?php
// phpcs:disable
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Storage;

final class MovesTest extends SiteTestCase {
	/** Publish, and forget the echo. */
	private function published( array $change = [] ): array {
		global $wpdb;
		$payload = $this->payload( $change );
		$answer  = Platform::publish( $payload );
		$this->assertSame( 201, $answer['status'], $answer['raw'] );
		$wpdb->query( 'DELETE FROM ' . Storage\table( 'outbox' ) . " WHERE id <> 'beginning'" );
		return [ $answer['body']['post_id'], $payload['content_id'], $payload ];
	}

	public function test_there_and_back(): void {
		list( $id, $content, $payload ) = $this->published( [ 'slug' => $slug = 'move-' . wp_rand(), 'date_gmt' => '2024-02-03T04:05:06Z' ] );
		$url   = get_permalink( $id );
		$story = [ [ 'unpublish', 'draft', $slug ], [ 'restore', 'publish', $slug ], [ 'trash', 'trash', "{$slug}__trashed" ], [ 'restore', 'publish', $slug ], [ 'unpublish', 'draft', $slug ], [ 'trash', 'trash', "{$slug}__trashed" ], [ 'restore', 'draft', $slug ], [ 'restore', 'publish', $slug ], [ 'trash', 'trash', "{$slug}__trashed" ], [ 'unpublish', 'draft', $slug ], [ 'restore', 'publish', $slug ] ];
		$was   = 'publish';
		foreach ( $story as $i => list( $action, $status, $name ) ) {
			$operation = wp_generate_uuid4();
			$answer    = Platform::move( $id, $content, $action, $operation );
			$this->assertSame( [ 200, true, $operation, $content, $id, $status, false, [] ], [ $answer['status'], $answer['body']['success'], $answer['body']['operation_id'], $answer['body']['content_id'], $answer['body']['post_id'], $answer['body']['post_status'], $answer['body']['replayed'], $answer['body']['warnings'] ], "$i $action: " . $answer['raw'] );
			$this->assertSame( [ $status, $name, '2024-02-03 04:05:06' ], [ get_post_status( $id ), get_post( $id )->post_name, get_post( $id )->post_date_gmt ], "$i $action" );
			$this->assertSame( [ [ 'post.status_changed', $was, $status, $operation ] ], array_slice( $this->waiting_events( $id ), $i ), "$i $action" );
			$this->assertSame( $url === $answer['body']['post_url'], 'publish' === $status );
			$this->assertSame( [ 'made', Publishing\revision( $id ) ], [ Publishing\read_content( $content )->state, $answer['body']['revision'] ] );
			$was = $status;
		}
		$again = Platform::move( $id, $content, $action, $operation );
		$this->assertSame( [ 200, true, 'publish' ], [ $again['status'], $again['body']['replayed'], $again['body']['post_status'] ] );
		$receipt = Platform::ask( 'GET', "/operations/$operation" );
		$this->assertSame( [ 200, 'done', 'publish' ], [ $receipt['status'], $receipt['body']['state'], $receipt['body']['post_status'] ] );
		$this->assertSame( 422, Platform::move( $id, $content, 'trash', $operation )['status'] );
		$this->assertSame( 200, wp_remote_retrieve_response_code( wp_remote_get( $url ) ) );
	}

	public function test_what_is_so_already(): void {
		list( $id, $content ) = $this->published();
		foreach ( [ [ 'restore', 'publish', 0 ], [ 'unpublish', 'draft', 1 ], [ 'unpublish', 'draft', 1 ], [ 'trash', 'trash', 2 ], [ 'trash', 'trash', 2 ] ] as list( $action, $status, $events ) ) {
			$answer = Platform::move( $id, $content, $action );
			$this->assertSame( [ 200, $status, $status ], [ $answer['status'], $answer['body']['post_status'], get_post_status( $id ) ], $answer['raw'] );
			$this->assertCount( $events, $this->waiting_events( $id ) );
		}
		Platform::move( $id, $content, 'restore' );
		$this->assertSame( 'publish', Platform::move( $id, $content, 'restore' )['body']['post_status'] );
	}

	public function statuses(): array {
		return [ [ 'private', 'private' ], [ 'future', 'future' ], [ 'pending', 'pending' ], [ 'draft', 'draft' ] ];
	}

	/** @dataProvider statuses */
	public function test_what_it_was_before( string $status ): void {
		list( $id, $content ) = $this->published( [ 'status' => $status, 'date_gmt' => gmdate( 'Y-m-d\TH:i:s\Z', time() + 86400 * ( 'future' === $status ? 1 : -1 ) ) ] );
		Platform::move( $id, $content, 'trash' );
		$this->assertSame( $status, Platform::move( $id, $content, 'restore' )['body']['post_status'] );
		Platform::move( $id, $content, 'unpublish' );
		$this->assertSame( 'draft' === $status ? 'publish' : $status, Platform::move( $id, $content, 'restore' )['body']['post_status'] );
	}

	public function test_what_people_did_is_undone_as_well(): void {
		list( $id, $content ) = $this->published();
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft' ] );
		$this->assertSame( 'publish', Platform::move( $id, $content, 'restore' )['body']['post_status'] );
		wp_trash_post( $id );
		delete_post_meta( $id, '_wp_trash_meta_status' );
		$this->assertSame( 'draft', Platform::move( $id, $content, 'restore' )['body']['post_status'], 'Nothing becomes public that perhaps was not.' );
	}

	public function test_an_update_after_a_move(): void {
		foreach ( [ 'unpublish', 'trash' ] as $action ) {
			list( $id, $content, $payload ) = $this->published( [ 'slug' => $slug = 'back-' . wp_rand() ] );
			$moved  = Platform::move( $id, $content, $action );
			$answer = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'content_html' => 'new', 'slug' => '', 'expected_revision' => $moved['body']['revision'] ] + $payload );
			$this->assertSame( [ 200, 'publish', 'new', $slug, '' ], [ $answer['status'], get_post_status( $id ), get_post( $id )->post_content, get_post( $id )->post_name, get_post_meta( $id, '_igny8_status_before', true ) ], $answer['raw'] );
			$edited = Platform::update( $id, [ 'operation_id' => wp_generate_uuid4(), 'expected_revision' => str_repeat( 'f', 64 ) ] + $payload );
			$this->assertSame( [ 412, 'new' ], [ $edited['status'], $edited['body']['base']['content_html'] ] );
		}
	}

	public function test_deletion_is_for_good(): void {
		list( $id, $content, $payload ) = $this->published();
		$operation = wp_generate_uuid4();
		$answer    = Platform::move( $id, $content, 'delete', $operation );
		$this->assertSame( [ 200, $id, 'deleted', '', '', false ], [ $answer['status'], $answer['body']['post_id'], $answer['body']['post_status'], $answer['body']['post_url'], $answer['body']['revision'], $answer['body']['replayed'] ], $answer['raw'] );
		$this->assertNull( get_post( $id ) );
		$this->assertSame( [ [ 'post.deleted', 'publish', 'deleted', $operation ] ], $this->waiting_events( $id ) );
		$this->assertTrue( Platform::move( $id, $content, 'delete', $operation )['body']['replayed'] );
		$this->assertSame( [ 200, 'deleted' ], [ ( $again = Platform::move( $id, $content, 'delete' ) )['status'], $again['body']['post_status'] ] );
		foreach ( [ 'unpublish', 'trash', 'restore' ] as $action ) {
			$this->assertSame( [ 410, 'gone', $id ], [ ( $gone = Platform::move( $id, $content, $action ) )['status'], $gone['code'], $gone['body']['post_id'] ] );
		}
		$this->assertSame( 410, Platform::update( $id, [ 'operation_id' => wp_generate_uuid4() ] + $payload )['status'] );
		$this->assertSame( 410, Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload )['status'] );
		$this->assertSame( [ [], 'made' ], [ $this->posts_of( $content ), Publishing\read_content( $content )->state ] );
	}

	public function test_what_is_refused(): void {
		list( $id, $content ) = $this->published();
		$this->assertSame( [ 404, 'unknown_post' ], [ ( $none = Platform::move( $id + 1000000, $content, 'trash' ) )['status'], $none['code'] ] );
		$this->assertSame( [ 404, 'unknown_post' ], [ ( $none = Platform::move( $id, $content + 1, 'delete' ) )['status'], $none['code'] ] );
		$bad = Platform::ask( 'DELETE', "/posts/$id", [ 'action' => 'burn', 'content_id' => '0', 'operation_id' => 'x' ] );
		$this->assertSame( [ 422, [ 'operation_id', 'content_id', 'action' ] ], [ $bad['status'], array_column( $bad['body']['errors'], 'field' ) ] );
		$this->assertSame( 422, Platform::ask( 'DELETE', "/posts/$id" )['status'] );
		$this->assertSame( 'publish', get_post_status( $id ) );
	}

	public function test_a_site_without_a_trash(): void {
		list( $id, $content ) = $this->published();
		$code   = 'define( "EMPTY_TRASH_DAYS", 0 );';
		$answer = $this->with_mu_plugin( $code, function () use ( $id, $content ) { return Platform::move( $id, $content, 'trash' ); } );
		$this->assertSame( [ 200, 'draft', [ [ 'trash_disabled', 'trash', '' ] ] ], [ $answer['status'], get_post_status( $id ), $this->warned( $answer ) ] );
		$this->assertSame( 'publish', Platform::move( $id, $content, 'restore' )['body']['post_status'] );
	}

	public function crashes(): array {
		$all = [];
		foreach ( [ 'unpublish' => 'draft', 'trash' => 'trash', 'restore' => 'publish', 'delete' => 'deleted' ] as $action => $status ) {
			foreach ( [ 'change_decided', 'change_made_before_reply' ] as $step ) {
				$all[ "$action $step" ] = [ $action, $status, $step ];
			}
		}
		return $all + [ 'trash change_claimed' => [ 'trash', 'trash', 'change_claimed' ] ];
	}

	/** @dataProvider crashes */
	public function test_whatever_dies_the_move_is_made( string $action, string $status, string $step ): void {
		list( $id, $content ) = $this->published( [ 'slug' => $slug = 'die-' . wp_rand() ] );
		if ( 'restore' === $action ) {
			Platform::move( $id, $content, 'trash' );
		}
		$query = [ 'action' => $action, 'content_id' => (string) $content, 'operation_id' => $operation = wp_generate_uuid4() ];
		$this->die_at( $step, [], 'DELETE', "/posts/$id", $query );
		$this->assertSame( 409, Platform::move( $id, $content, $action, $operation )['status'] );
		$this->expire_leases();
		$this->assertSame( 404, Platform::ask( 'GET', "/operations/$operation" )['status'] );
		if ( 'restore' === $action && 'change_decided' === $step ) {
			// As if it had died inside WordPress, which forgets these before it saves.
			array_map( function ( $key ) use ( $id ) { delete_post_meta( $id, $key ); }, [ '_wp_trash_meta_status', '_wp_trash_meta_time', '_wp_desired_post_slug' ] );
		}
		$again = Platform::move( $id, $content, $action, $operation );
		$this->assertSame( [ 200, $status, false, 'made' ], [ $again['status'], $again['body']['post_status'], $again['body']['replayed'], Publishing\read_content( $content )->state ], $again['raw'] );
		$this->assertSame( 'deleted' === $status ? false : $status, get_post_status( $id ) );
		$this->assertSame( 'publish' === $status ? $slug : 1, 'publish' === $status ? get_post( $id )->post_name : 1 );
	}

	public function test_six_different_moves_at_once(): void {
		list( $id, $content ) = $this->published();
		$handles = [];
		foreach ( [ 'unpublish', 'trash', 'restore', 'unpublish', 'trash', 'restore' ] as $action ) {
			$query     = [ 'action' => $action, 'content_id' => (string) $content, 'operation_id' => wp_generate_uuid4() ];
			$handles[] = Platform::handle( 'DELETE', "/posts/$id", $query, '', Platform::headers( 'DELETE', "/igny8/v1/posts/$id", $query, '' ) );
		}
		$send = new ReflectionMethod( 'Platform', 'send' );
		$send->setAccessible( true );
		$count = array_count_values( array_column( $send->invoke( null, $handles ), 'status' ) );
		$this->assertGreaterThan( 0, $count[200] ?? 0 );
		$this->assertSame( 6, ( $count[200] ?? 0 ) + ( $count[409] ?? 0 ), wp_json_encode( $count ) );
		$this->assertSame( [ 200, 'made' ], [ Platform::move( $id, $content, 'restore' )['status'], Publishing\read_content( $content )->state ] );
	}
}
